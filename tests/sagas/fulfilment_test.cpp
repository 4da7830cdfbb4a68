#include <catch2/catch.hpp>

#include "fulfilment_run.hpp"

namespace makegood::testing {
namespace {

constexpr call_name capture_payment{"capture_payment"}, request_shipment{"request_shipment"},
    clear_cart{"clear_cart"}, notify{"notify"};

TEST_CASE("a fulfilment captures, ships, clears the cart and tells the customer") {
    const saga_record checkout = completed_checkout(cart_body());
    fulfilment_run run(checkout);
    const std::string chk = checkout.id.text();
    const std::string suffix = checkout.id.suffix();
    CHECK(run.saga().id.text() == "ful_" + suffix);

    CHECK(run.opened() == "capture_payment ");
    CHECK(run.line(capture_payment) == "POST /v1/authorizations/pay_" + suffix + "/capture {}");
    CHECK(run.key(capture_payment) == chk + ":capture_payment");

    run.answer(capture_payment, 200);
    CHECK(run.opened() == "request_shipment ");
    CHECK(
        run.line(request_shipment)
        == R"(POST /v1/shipments {"shipment_id":"shp_)" + suffix + R"(","order_id":"ord_)" + suffix
               + R"(","items":[{"sku":"SKU-1","quantity":2},{"sku":"SKU-2","quantity":1}],)"
                 R"("shipping_address":{"city":"Zürich","zip":"8001"}})"
    );
    CHECK(run.key(request_shipment) == chk + ":request_shipment");

    run.answer(request_shipment, 201, "{}");
    CHECK(run.opened() == "clear_cart ");
    CHECK(run.line(clear_cart) == "DELETE /v1/carts/cart_9 ");
    run.answer(clear_cart, 404);
    CHECK(run.opened() == "notify ");
    CHECK(
        run.line(notify)
        == R"(POST /v1/notifications {"customer_id":"cus_42","kind":"checkout_completed",)"
           R"("checkout_id":")"
               + chk + R"(","data":{"order_id":"ord_)" + suffix
               + R"(","total":12999,"currency":"USD"}})"
    );
    run.answer(notify, 202);
    CHECK(run.saga().state == completed);
    CHECK(run.saga().status() == saga_status::completed);
}

TEST_CASE("each tender that paid is captured") {
    fulfilment_run run(completed_checkout(two_tenders_body()));
    CHECK(run.opened() == "capture_payment:1 capture_payment:2 ");
    CHECK_THAT(run.key(capture_payment, 2), Catch::EndsWith(":capture_payment:2"));
    CHECK_THAT(run.line(capture_payment, 2), Catch::EndsWith("_2/capture {}"));
    run.answer(capture_payment, 200, "", 1);
    CHECK(run.saga().state.value == "capturing");
    run.answer(capture_payment, 200, "", 2);
    CHECK(run.opened() == "request_shipment ");
}

TEST_CASE("backends that are not configured are left out") {
    checkout_settings settings;
    settings.has_fulfillment = settings.has_notification = false;
    fulfilment_run run(completed_checkout(one_card_body(), settings));
    run.answer(capture_payment, 200);
    CHECK(run.saga().state == completed);
    CHECK(run.saga().calls.size() == 1);
}

TEST_CASE("a capture that is refused parks, a cart that is not cleared does not") {
    fulfilment_run run(completed_checkout(cart_body()));
    SECTION("capture") {
        run.answer(capture_payment, 409, R"({"code":"authorization_expired"})");
        CHECK(run.saga().status() == saga_status::parked);
        CHECK(run.saga().state.value == "capturing");
    }
    SECTION("cart") {
        run.answer(capture_payment, 200);
        run.answer(request_shipment, 200);
        run.answer(clear_cart, 409, R"({"code":"cart_locked"})");
        CHECK(run.opened() == "notify ");
    }
}

TEST_CASE("a fulfilment cannot be cancelled, and shows its checkout") {
    const saga_record checkout = completed_checkout(cart_body());
    fulfilment_run run(checkout);
    run.apply(operator_acted{operator_verb::cancel, "tester", ""});
    CHECK(run.saga().state.value == "capturing");
    const std::string shown = run.meaning().render(run.saga(), {});
    CHECK_THAT(shown, Catch::Contains(R"("saga":"fulfilment")"));
    CHECK_THAT(shown, Catch::Contains(R"("checkout_id":")" + checkout.id.text() + "\""));
    CHECK_FALSE(run.meaning().deadline(run.saga()).has_value());
    CHECK_FALSE(run.meaning().read_start("{}").has_value());
}

TEST_CASE("no payment token goes on to the fulfilment") {
    const saga_record checkout = completed_checkout(two_tenders_body());
    const child_start child = *checkout.definition->child(checkout);
    for (const variables::entry& each : child.inputs) {
        CHECK(each.value.find("tok_") == std::string::npos);
    }
}

}  // namespace
}  // namespace makegood::testing
