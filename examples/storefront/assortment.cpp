#include "examples/storefront/assortment.hpp"

#include <fmt/format.h>

#include <string_view>

namespace storefront {
namespace {

struct kind {
    std::string_view noun;
    std::string_view category;
    std::int64_t cheapest;  // in US cents
};

constexpr std::array kinds{kind{"Kettle", "kitchen", 1'999},   kind{"Pan", "kitchen", 2'499},
                           kind{"Knife", "kitchen", 1'299},    kind{"Lamp", "living", 2'999},
                           kind{"Blanket", "living", 1'799},   kind{"Armchair", "living", 12'999},
                           kind{"Headphones", "audio", 3'999}, kind{"Speaker", "audio", 4'999},
                           kind{"Turntable", "audio", 14'999}, kind{"Backpack", "travel", 3'499},
                           kind{"Suitcase", "travel", 7'999},  kind{"Notebook", "office", 399},
                           kind{"Desk", "office", 19'999},     kind{"Pen", "office", 199},
                           kind{"Tent", "outdoor", 9'999},     kind{"Bottle", "outdoor", 999}};

constexpr std::array<std::string_view, 12> styles{"Classic", "Compact", "Folding", "Nordic",
                                                  "Quiet",   "Studio",  "Travel",  "Vintage",
                                                  "Walnut",  "Copper",  "Linen",   "Everyday"};

constexpr std::int64_t eur_per_hundred_usd = 92;
constexpr std::int64_t gbp_per_hundred_usd = 79;

// A well-mixed number from the seed, what it is for and which product (splitmix64's final steps).
std::int64_t draw(
    std::int64_t seed, std::int64_t number, std::uint64_t purpose, std::int64_t below
) {
    auto mixed = static_cast<std::uint64_t>(seed) * 0x9e3779b97f4a7c15U
                 + static_cast<std::uint64_t>(number) * 0xbf58476d1ce4e5b9U + purpose;
    mixed = (mixed ^ (mixed >> 30U)) * 0xbf58476d1ce4e5b9U;
    mixed = (mixed ^ (mixed >> 27U)) * 0x94d049bb133111ebU;
    mixed ^= mixed >> 31U;
    return static_cast<std::int64_t>(mixed % static_cast<std::uint64_t>(below));
}

}  // namespace

std::string sku_of(std::int64_t number) {
    return fmt::format("SKU-{}", number);
}

product product_of(std::int64_t seed, std::int64_t number) {
    const auto& sort = kinds[static_cast<std::size_t>(draw(seed, number, 1, kinds.size()))];
    const auto style = styles[static_cast<std::size_t>(draw(seed, number, 2, styles.size()))];
    const std::int64_t usd = sort.cheapest + draw(seed, number, 3, 20) * 100;
    return {
        .sku = sku_of(number),
        .name = fmt::format("{} {} {}", style, sort.noun, number),
        .category = std::string{sort.category},
        .price_usd = usd,
        .price_eur = usd * eur_per_hundred_usd / 100,
        .price_gbp = usd * gbp_per_hundred_usd / 100};
}

std::int64_t stock_of(
    std::int64_t seed, std::int64_t number, std::size_t warehouse, std::int64_t stock_per_sku
) {
    if (number % 1'000 == 999) return 0;
    if (number % 1'000 == 998) return warehouse == 0 ? 1 : 0;
    const auto share = stock_per_sku / static_cast<std::int64_t>(warehouses.size());
    // From half the share to one and a half, so that lines sometimes have to be split.
    return share / 2 + draw(seed, number, 10 + warehouse, share + 1);
}

}  // namespace storefront
