#pragma once

#include <map>
#include <set>
#include <string>
#include <unordered_map>

#include "engine/identifiers.hpp"
#include "simulation/chance.hpp"

namespace makegood::simulation {

// One customer's wish, as the body of POST /v1/checkouts.
struct order {
    customer_id customer;
    std::string body;
    // What must come of it.
    std::map<std::string, std::int64_t> lines;  // quantity by SKU
    std::int64_t total = 0;
    bool may_complete = true;  // false: another price is expected, or the cart is another's
    bool has_cart = false;
};
// By the checkout that was accepted for it.
using accepted_orders = std::unordered_map<saga_id, order>;

// What was said of each fulfilment's parcel so far, heard or not.
using parcels_told = std::map<saga_id, std::set<std::string, std::less<>>>;

// A checkout at random: a cart or items, one tender or two, cards that are declined or need the
// customer, a total that is expected rightly or wrongly.
[[nodiscard]] order some_order(chance& luck);

}  // namespace makegood::simulation
