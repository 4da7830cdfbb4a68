#include <catch2/catch.hpp>

#include "simulation/shop.hpp"

using namespace makegood;
using namespace makegood::simulation;
using namespace std::chrono_literals;

// The models are judged by themselves: a simulation is worth as much as the backends that it is
// driven against.
namespace {

struct counter {
    weather sky{1, fault_rates{}};
    shop backends{sky};
    instant now{1h};

    backend_answer ask(
        std::string_view backend, std::string target, std::string body, std::string_view key
    ) {
        const bool reads = body.empty();
        return backends.receive(
            backend, {reads ? "GET" : "POST", std::move(target), std::move(body)}, key, now
        );
    }
    backend_answer reserve(std::string_view id, std::string_view key, int quantity = 2) {
        return ask(
            "inventory", "/v1/reservations",
            R"({"reservation_id":")" + std::string(id)
                + R"(","items":[{"sku":"SKU-SCARCE","quantity":)" + std::to_string(quantity)
                + R"(}],"ttl_seconds":60})",
            key
        );
    }
    backend_answer authorize(std::string_view id, std::string_view token, std::string_view key) {
        return ask(
            "payment", "/v1/authorizations",
            R"({"authorization_id":")" + std::string(id) + R"(","amount":500,"payment":{"token":")"
                + std::string(token) + R"("}})",
            key
        );
    }
    const inventory::shelf& scarce() {
        return backends.inventory.shelves().at(std::string(inventory::scarce_sku));
    }
};

constexpr const char* nothing = "{}";

}  // namespace

TEST_CASE("a repeated key gets the first answer and has no second effect") {
    counter shop;
    const backend_answer first = shop.reserve("res_1", "k");
    const backend_answer again = shop.reserve("res_1", "k");
    CHECK(first.status == 201);
    CHECK(again.body == first.body);
    CHECK(shop.scarce().reserved == 2);
    CHECK(shop.backends.reused_key().empty());
}

TEST_CASE("a key with another payload is refused and remembered") {
    counter shop;
    static_cast<void>(shop.reserve("res_1", "k"));
    CHECK(shop.reserve("res_1", "k", 3).status == 422);
    CHECK(shop.scarce().reserved == 2);
    CHECK(shop.backends.reused_key() == "k");
}

TEST_CASE("stock that is not there cannot be reserved, and a release gives it back") {
    counter shop;
    CHECK(shop.reserve("res_1", "k1", 20).status == 201);
    CHECK(shop.reserve("res_2", "k2", 1).status == 409);
    CHECK(shop.ask("inventory", "/v1/reservations/res_1/release", nothing, "k3").status == 200);
    CHECK(shop.reserve("res_3", "k4", 1).status == 201);
    CHECK(shop.scarce().available == 19);
}

TEST_CASE("an undo of what was never seen is taken and bars it") {
    counter shop;
    CHECK(shop.ask("inventory", "/v1/reservations/res_1/release", nothing, "u").status == 200);
    CHECK(shop.reserve("res_1", "k").status == 409);
    CHECK(shop.ask("payment", "/v1/authorizations/pay_1/void", nothing, "u").status == 200);
    CHECK(shop.authorize("pay_1", "tok_visa", "k").status == 409);
    CHECK(shop.ask("order", "/v1/orders/ord_1/cancel", nothing, "u").status == 200);
    CHECK(shop.ask("order", "/v1/orders", R"({"order_id":"ord_1"})", "k").status == 409);
}

TEST_CASE("a reservation ends by itself and cannot be confirmed any more") {
    counter shop;
    static_cast<void>(shop.reserve("res_1", "k"));
    shop.now += 60s;
    CHECK(
        shop.ask("inventory", "/v1/reservations/res_1", "", "").body == R"({"status":"expired"})"
    );
    CHECK(shop.ask("inventory", "/v1/reservations/res_1/confirm", nothing, "c").status == 410);
    CHECK(shop.scarce().available == 20);
}

TEST_CASE("what was confirmed is sold, and a release of it is told on") {
    counter shop;
    static_cast<void>(shop.reserve("res_1", "k"));
    CHECK(shop.ask("inventory", "/v1/reservations/res_1/confirm", nothing, "c").status == 200);
    CHECK(shop.scarce().sold == 2);
    CHECK(shop.backends.inventory.released_after_confirming().empty());
    CHECK(shop.ask("inventory", "/v1/reservations/res_1/release", nothing, "u").status == 409);
    CHECK(shop.backends.inventory.released_after_confirming() == "res_1");
}

TEST_CASE("money is authorized, captured once, and voided only before") {
    counter shop;
    CHECK(shop.authorize("pay_1", "tok_visa", "k1").status == 201);
    CHECK(shop.authorize("pay_2", "tok_declined", "k2").status == 402);
    CHECK(shop.authorize("pay_3", "tok_3ds", "k3").status == 202);
    CHECK(shop.ask("payment", "/v1/authorizations/pay_1/capture", nothing, "c1").status == 200);
    CHECK(shop.ask("payment", "/v1/authorizations/pay_1/void", nothing, "v1").status == 409);
    CHECK(shop.ask("payment", "/v1/authorizations/pay_1/refund", nothing, "r1").status == 200);
    CHECK(shop.ask("payment", "/v1/authorizations/pay_3/capture", nothing, "c3").status == 409);
    shop.backends.payments.customer_acted("pay_3", true);
    CHECK(shop.ask("payment", "/v1/authorizations/pay_3/capture", nothing, "c4").status == 200);
}

TEST_CASE("a quote is the sum of its lines") {
    counter shop;
    const backend_answer quote = shop.ask(
        "catalog", "/v1/quotes",
        R"({"customer_id":"cus_1","currency":"USD","items":[{"sku":"SKU-1","quantity":3}]})", "q"
    );
    CHECK(quote.status == 200);
    const std::string total = std::to_string(3 * catalog::unit_price("SKU-1"));
    CHECK_THAT(quote.body, Catch::Contains(R"("total":)" + total));
}
