#include "simulation/orders.hpp"

#include <fmt/format.h>

#include "simulation/backends/inventory.hpp"
#include "simulation/backends/records.hpp"

namespace makegood::simulation {
namespace {

// The member of the request that says what is bought.
std::string some_items(chance& luck, order& wish) {
    std::string items;
    const std::uint64_t count = 1 + luck.below(3);
    for (std::uint64_t i = 0; i < count; ++i) {
        const std::string sku = luck.happens(0.02) ? std::string(inventory::scarce_sku)
                                                   : fmt::format("SKU-{}", luck.below(50));
        const auto quantity = static_cast<std::int64_t>(1 + luck.below(3));
        if (i > 0) items += ',';
        items += fmt::format(R"({{"sku":"{}","quantity":{}}})", sku, quantity);
        wish.lines[sku] += quantity;
        wish.total += quantity * catalog::unit_price(sku);
    }
    return fmt::format(R"("items":[{}])", items);
}

std::string some_cart(chance& luck, order& wish) {
    const bool is_anothers = luck.happens(0.03);
    wish.has_cart = true;
    wish.may_complete = !is_anothers;
    wish.lines = {{"SKU-1", 1}, {"SKU-2", 3}};
    wish.total = catalog::unit_price("SKU-1") + 3 * catalog::unit_price("SKU-2");
    return fmt::format(
        R"("cart_id":"cart_{}")", is_anothers ? "somebody_else" : wish.customer.value
    );
}

std::string_view some_token(chance& luck) {
    if (luck.happens(0.05)) return "tok_declined";
    return luck.happens(0.15) ? "tok_3ds" : "tok_visa";
}

std::string some_payment(chance& luck) {
    const std::string card = fmt::format(R"({{"method":"card","token":"{}"}})", some_token(luck));
    if (luck.happens(0.8)) return fmt::format(R"("payment":{})", card);
    return fmt::format(
        R"("payments":[{{"method":"gift_card","token":"{}","amount":50}},{}])", some_token(luck),
        card
    );
}

std::string some_expectation(chance& luck, order& wish) {
    if (luck.happens(0.5)) return {};
    const bool is_wrong = luck.happens(0.05);
    wish.may_complete &= !is_wrong;
    return fmt::format(R"(,"expected_total":{})", wish.total + (is_wrong ? 1 : 0));
}

}  // namespace

order some_order(chance& luck) {
    order wish;
    wish.customer = customer_id{fmt::format("cus_{}", luck.below(40))};
    const std::string goods = luck.happens(0.7) ? some_items(luck, wish) : some_cart(luck, wish);
    const std::string payment = some_payment(luck);
    const std::string expectation = some_expectation(luck, wish);
    wish.body = fmt::format(
        R"({{"customer_id":"{}","currency":"USD",{},{}{}}})", wish.customer.value, goods, payment,
        expectation
    );
    return wish;
}

}  // namespace makegood::simulation
