#pragma once

#include <array>
#include <cstdint>
#include <string>

namespace storefront {

// The generated goods: the same seed and number give the same product and the same stock for ever.

inline constexpr std::array<const char*, 3> warehouses{"north", "south", "harbour"};

struct product {
    std::string sku;  // "SKU-1"
    std::string name;
    std::string category;
    std::int64_t price_usd;  // in cents
    std::int64_t price_eur;
    std::int64_t price_gbp;
};

product product_of(std::int64_t seed, std::int64_t number);

std::string sku_of(std::int64_t number);

// `stock_per_sku` is the average over all warehouses together. SKUs whose number ends in 999 are
// sold out, those that end in 998 have a single piece, in the first warehouse.
std::int64_t stock_of(
    std::int64_t seed, std::int64_t number, std::size_t warehouse, std::int64_t stock_per_sku
);

}  // namespace storefront
