#include <catch2/catch.hpp>

#include "saga_test.hpp"

namespace makegood::testing {
namespace {

struct sent {
    std::string line;  // method and target
    std::string body;
    std::string key;
};

sent sent_for(const saga_record& saga, call_name call) {
    const call_spec& spec = saga.definition->call(call);
    const call_request request = saga.definition->request(spec, 0, saga);
    return {
        request.method + " " + request.target, request.body,
        saga.definition->idempotency_key_of(spec, 0, saga)};
}

TEST_CASE("requests are those of the contract, to the byte") {
    saga_test script;
    script.given(started).when(quoted).when(inventory_reserved);
    const saga_record& saga = script.saga();
    const std::string chk = saga.id.text();
    const std::string suffix = saga.id.suffix();
    REQUIRE(chk == "chk_" + suffix);

    const std::string items = R"([{"sku":"SKU-1","quantity":2},{"sku":"SKU-2","quantity":1}])";
    const sent quoting = sent_for(saga, quote);
    CHECK(quoting.line == "POST /v1/quotes");
    CHECK(quoting.body == R"({"customer_id":"cus_42","items":)" + items + R"(,"currency":"USD"})");
    CHECK(quoting.key == chk + ":quote");

    const sent reserving_it = sent_for(saga, reserve_inventory);
    CHECK(reserving_it.line == "POST /v1/reservations");
    CHECK(
        reserving_it.body
        == R"({"reservation_id":"res_)" + suffix + R"(","checkout_id":")" + chk + R"(","items":)"
               + items + R"(,"ttl_seconds":900})"
    );
    CHECK(reserving_it.key == chk + ":reserve_inventory");

    const sent authorized = sent_for(saga, authorize_payment);
    CHECK(authorized.line == "POST /v1/authorizations");
    CHECK(
        authorized.body
        == R"({"authorization_id":"pay_)" + suffix + R"(","checkout_id":")" + chk
               + R"(","customer_id":"cus_42","amount":12999,"currency":"USD",)"
                 R"("payment":{"method":"card","token":"tok_visa"}})"
    );
    CHECK(authorized.key == chk + ":authorize_payment");

    const sent ordered = sent_for(saga, create_order);
    CHECK(ordered.line == "POST /v1/orders");
    CHECK(
        ordered.body
        == R"({"order_id":"ord_)" + suffix + R"(","checkout_id":")" + chk
               + R"(","customer_id":"cus_42","items":)"
                 R"([{"sku":"SKU-1","quantity":2,"unit_price":5000,"amount":10000},)"
                 R"({"sku":"SKU-2","quantity":1,"unit_price":2999,"amount":2999}],)"
                 R"("total":12999,"currency":"USD","reservation_id":"res_)"
               + suffix + R"(","authorization_id":"pay_)" + suffix
               + R"(","authorization_ids":["pay_)" + suffix
               + R"("],"shipping_address":{"city":"Zürich","zip":"8001"}})"
    );
    CHECK(ordered.key == chk + ":create_order");
}

TEST_CASE("what is asked of a thing that exists says all in its target") {
    saga_test script;
    script.given(started);
    const saga_record& saga = script.saga();
    const std::string chk = saga.id.text();
    const std::string suffix = saga.id.suffix();
    struct row {
        call_name call;
        std::string line;
        std::string key;
    };
    const std::vector<row> rows{
        {confirm_inventory, "POST /v1/reservations/res_" + suffix + "/confirm",
         "confirm_inventory"},
        {release_inventory, "POST /v1/reservations/res_" + suffix + "/release",
         "reserve_inventory:undo"},
        {read_reservation, "GET /v1/reservations/res_" + suffix, "read_reservation"},
        {void_payment, "POST /v1/authorizations/pay_" + suffix + "/void", "authorize_payment:undo"},
        {refund_payment, "POST /v1/authorizations/pay_" + suffix + "/refund",
         "capture_payment:undo"},
        {cancel_order, "POST /v1/orders/ord_" + suffix + "/cancel", "create_order:undo"},
    };
    for (const row& each : rows) {
        const sent request = sent_for(saga, each.call);
        CHECK(request.line == each.line);
        CHECK(request.key == chk + ":" + each.key);
        CHECK(request.body == (request.line.starts_with("GET") ? "" : "{}"));
    }
}

TEST_CASE("a cart's id cannot break out of the path") {
    saga_test script(
        {.body = R"({"customer_id":"c","currency":"USD","cart_id":"a/../b?c=ü",)"
                 R"("payment":{"method":"card","token":"tok"}})",
         .settings = {}}
    );
    script.given(started);
    const sent reading = sent_for(script.saga(), read_cart);
    CHECK(reading.line == "GET /v1/carts/a%2F..%2Fb%3Fc%3D%C3%BC");
    CHECK(reading.key == script.saga().id.text() + ":read_cart");
}

TEST_CASE("what customers write is escaped on its way to backends") {
    saga_test script(
        {.body =
             R"({"customer_id":"a\"b\\c","currency":"USD","items":[{"sku":"\"x","quantity":1}],)"
             R"("payment":{"method":"card","token":"tok"}})",
         .settings = {}}
    );
    script.given(started);
    CHECK(
        sent_for(script.saga(), quote).body
        == R"({"customer_id":"a\"b\\c","items":[{"sku":"\"x","quantity":1}],"currency":"USD"})"
    );
}

TEST_CASE("every call of the catalogue has a request") {
    saga_test script({.body = cart_body(), .settings = {}});
    script.given(started);
    for (const call_spec& each : script.saga().definition->calls()) {
        CHECK(script.saga().definition->request(each, 0, script.saga()).target.starts_with("/v1/"));
    }
}

}  // namespace
}  // namespace makegood::testing
