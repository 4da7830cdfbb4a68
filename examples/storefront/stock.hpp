#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "examples/storefront/backend.hpp"
#include "examples/storefront/call.hpp"
#include "examples/storefront/database.hpp"
#include "examples/storefront/fields.hpp"

namespace storefront {

// How many pieces of each SKU every warehouse has: available, reserved or sold. Pieces only move
// between these three; they come and go through adjustments, which are kept. Used by the inventory
// service, inside its transactions.
class stock {
public:
    stock(database& store, const assortment& goods);

    // Moves pieces from available to reserved, from one warehouse when one has enough, else from
    // several; refuses with 409 `insufficient_stock`, after which the caller's changes must be
    // undone.
    void hold(std::string_view reservation_id, const line& wanted);
    // Both move all that the reservation holds.
    void give_back(std::string_view reservation_id);
    void sell(std::string_view reservation_id);

    answer read(std::string_view sku);
    // Makes `quantity` pieces available in a warehouse, whatever is reserved and sold.
    answer set_available(const call& asked);

private:
    struct shelf {
        std::string warehouse;
        std::int64_t available;
    };

    void fill(const assortment& goods);
    bool is_let_through(const line& wanted);
    std::vector<shelf> shelves_with(std::string_view sku);
    void take(std::string_view reservation_id, const line& part, std::string_view warehouse);

    database& store_;
    std::int64_t shortages_ = 0;  // only counted while a rule is broken
};

}  // namespace storefront
