#include <catch2/catch.hpp>

#include "saga_test.hpp"

namespace makegood::testing {
namespace {

// Every way of failing at every step of the undisturbed checkout, with exactly what is undone.
constexpr std::string_view failures_of_one_card =
    "pricing pricing_refused: -> failed (unknown_sku)\n"
    "pricing outcome_unknown: -> failed (backend_unavailable)\n"
    "pricing cancel_requested: -> failed (cancelled)\n"
    "pricing deadline_passed: -> failed (deadline_exceeded)\n"
    "reserving inventory_refused: -> failed (insufficient_stock)\n"
    "reserving outcome_unknown: release_inventory -> compensated (outcome_unknown)\n"
    "reserving cancel_requested: release_inventory -> compensated (cancelled)\n"
    "reserving deadline_passed: release_inventory -> compensated (deadline_exceeded)\n"
    "authorizing payment_refused: release_inventory -> compensated (payment_declined)\n"
    "authorizing outcome_unknown: void_payment release_inventory -> compensated (outcome_unknown)\n"
    "authorizing cancel_requested: void_payment release_inventory -> compensated (cancelled)\n"
    "authorizing deadline_passed: void_payment release_inventory -> compensated "
    "(deadline_exceeded)\n"
    "authorizing reservation_expired: void_payment release_inventory -> compensated"
    " (reservation_expired)\n"
    "ordering order_refused: void_payment release_inventory -> compensated (order_refused)\n"
    "ordering outcome_unknown: cancel_order void_payment release_inventory -> compensated"
    " (outcome_unknown)\n"
    "ordering cancel_requested: cancel_order void_payment release_inventory -> compensated"
    " (cancelled)\n"
    "ordering deadline_passed: cancel_order void_payment release_inventory -> compensated"
    " (deadline_exceeded)\n"
    "ordering reservation_expired: cancel_order void_payment release_inventory -> compensated"
    " (reservation_expired)\n"
    "confirming confirm_refused: cancel_order void_payment release_inventory -> compensated"
    " (reservation_expired)\n"
    "confirming outcome_unknown: read_reservation -> completed\n"
    "confirming cancel_requested: ignored\n"
    "confirming deadline_passed: ignored\n"
    "confirming reservation_expired: read_reservation -> completed\n";

TEST_CASE("whichever step fails in whichever way, exactly what may have happened is undone") {
    saga_test script;
    script.given(started)
        .when(quoted)
        .when(inventory_reserved)
        .when(payment_authorized)
        .when(order_created)
        .when(inventory_confirmed)
        .ends(completed);
    CHECK(script.fails_at_every_step() == failures_of_one_card);
}

constexpr std::string_view failures_while_reading_the_cart =
    "pricing pricing_refused: -> failed (cart_not_found)\n"
    "pricing outcome_unknown: -> failed (backend_unavailable)\n"
    "pricing cancel_requested: -> failed (cancelled)\n"
    "pricing deadline_passed: -> failed (deadline_exceeded)\n";

TEST_CASE("a cart that cannot be read fails the checkout without a trace") {
    saga_test script({.body = cart_body(), .settings = {}});
    script.given(started);
    CHECK(script.fails_at_every_step() == failures_while_reading_the_cart);
}

// After `awaiting_customer` the undo is that of `authorizing`; the first lines are as above.
constexpr std::string_view failures_while_awaiting =
    "awaiting_customer payment_refused: void_payment release_inventory -> compensated"
    " (payment_declined)\n"
    "awaiting_customer cancel_requested: void_payment release_inventory -> compensated "
    "(cancelled)\n"
    "awaiting_customer deadline_passed: void_payment release_inventory -> compensated"
    " (deadline_exceeded)\n"
    "awaiting_customer reservation_expired: void_payment release_inventory -> compensated"
    " (reservation_expired)\n";

TEST_CASE("while the customer is asked, a checkout fails as cleanly") {
    saga_test script;
    script.given(started).when(quoted).when(inventory_reserved).when(payment_needs_customer);
    const std::string lines = script.fails_at_every_step();
    CHECK(lines.substr(lines.find("awaiting_customer")) == failures_while_awaiting);
}

TEST_CASE("a compensation neither starts again nor stops for a cancel or a deadline") {
    const fact_name late = GENERATE(cancel_requested, deadline_passed, reservation_expired);
    saga_test script;
    script.given(started)
        .when(quoted)
        .when(inventory_reserved)
        .when(payment_authorized)
        .when(outcome_unknown)
        .at(cancelling_order)
        .when(late)
        .at(cancelling_order)
        .expects_nothing()
        .when(order_cancelled)
        .when(late)
        .at(voiding)
        .when(payment_already_captured)
        .when(late)
        .at(refunding)
        .when(payment_refunded)
        .when(late)
        .at(releasing)
        .when(inventory_released)
        .ends(compensated)
        .with_reason("outcome_unknown");
}

TEST_CASE("an undo that is refused parks the saga and names the open call") {
    saga_test script;
    script.given(started)
        .when(quoted)
        .when(outcome_unknown)
        .at(releasing)
        .when_answered(release_inventory, {409, R"({"code":"already_confirmed"})", {}})
        .at(releasing);
    CHECK(script.saga().status() == saga_status::parked);
    const std::string shown = script.saga().definition->render(script.saga(), {});
    CHECK_THAT(shown, Catch::Contains(R"("open":["release_inventory"])"));
    script.replays();
}

TEST_CASE("a void that is refused for another reason than a capture needs a person") {
    saga_test script;
    script.given(started)
        .when(quoted)
        .when(inventory_reserved)
        .when(outcome_unknown)
        .when_answered(void_payment, {409, R"({"code":"not_yours"})", {}})
        .at(voiding);
    CHECK(script.saga().status() == saga_status::parked);
}

}  // namespace
}  // namespace makegood::testing
