#include "simulation/orders.hpp"

#include <fmt/format.h>

#include "simulation/backends/inventory.hpp"
#include "simulation/backends/records.hpp"

namespace makegood::simulation {
namespace {

struct goods {
    std::string members;  // of the request
    std::int64_t total = 0;
};

goods some_items(chance& luck) {
    goods chosen;
    const std::uint64_t count = 1 + luck.below(3);
    for (std::uint64_t i = 0; i < count; ++i) {
        const std::string sku = luck.happens(0.02) ? std::string(inventory::scarce_sku)
                                                   : fmt::format("SKU-{}", luck.below(50));
        const auto quantity = static_cast<std::int64_t>(1 + luck.below(3));
        if (i > 0) chosen.members += ',';
        chosen.members += fmt::format(R"({{"sku":"{}","quantity":{}}})", sku, quantity);
        chosen.total += quantity * catalog::unit_price(sku);
    }
    chosen.members = fmt::format(R"("items":[{}])", chosen.members);
    return chosen;
}

goods some_cart(const customer_id& customer) {
    return {
        fmt::format(R"("cart_id":"cart_{}")", customer.value),
        catalog::unit_price("SKU-1") + 3 * catalog::unit_price("SKU-2")};
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

std::string some_expectation(chance& luck, std::int64_t total) {
    if (luck.happens(0.5)) return {};
    return fmt::format(R"(,"expected_total":{})", luck.happens(0.05) ? total + 1 : total);
}

}  // namespace

order some_order(chance& luck) {
    order wish{customer_id{fmt::format("cus_{}", luck.below(40))}, {}};
    const goods chosen = luck.happens(0.7) ? some_items(luck) : some_cart(wish.customer);
    wish.body = fmt::format(
        R"({{"customer_id":"{}","currency":"USD",{},{}{}}})", wish.customer.value, chosen.members,
        some_payment(luck), some_expectation(luck, chosen.total)
    );
    return wish;
}

}  // namespace makegood::simulation
