#include <catch2/catch.hpp>

#include "saga_test.hpp"

namespace makegood::testing {
namespace {

TEST_CASE("a checkout that nobody disturbs completes and starts its fulfilment") {
    saga_test script;
    script.given(started)
        .at(pricing)
        .expects(quote)
        .when(quoted)
        .at(reserving)
        .expects(reserve_inventory)
        .when(inventory_reserved)
        .at(authorizing)
        .expects(authorize_payment)
        .when(payment_authorized)
        .at(ordering)
        .expects(create_order)
        .when(order_created)
        .at(confirming)
        .expects(confirm_inventory)
        .when(inventory_confirmed)
        .expects_nothing()
        .ends(completed);
    CHECK(script.outcome().starts_child);
    CHECK_FALSE(script.saga().reason.has_value());
}

TEST_CASE("a cart is read before it is priced") {
    saga_test script({.body = cart_body(), .settings = {}});
    script.given(started)
        .at(pricing)
        .expects(read_cart)
        .when(cart_read)
        .at(pricing)
        .expects(quote)
        .when(quoted)
        .at(reserving)
        .expects(reserve_inventory);
    CHECK(
        script.saga().text("items")
        == R"([{"sku":"SKU-1","quantity":2},{"sku":"SKU-2","quantity":1}])"
    );
}

TEST_CASE("without a catalog the prices of the items hold, and reserving comes at once") {
    checkout_settings settings;
    settings.has_cart = settings.has_catalog = false;
    saga_test script(
        {.body = R"({"customer_id":"c","currency":"USD","payment":{"method":"card","token":"tok"},)"
                 R"("items":[{"sku":"A","quantity":3,"unit_price":250}]})",
         .settings = settings}
    );
    script.given(started).at(reserving).expects(reserve_inventory);
    CHECK(script.outcome().steps.size() == 3);
    CHECK(script.saga().integer("total") == 750);
    script.when(inventory_reserved)
        .when(payment_authorized)
        .when(order_created)
        .when(inventory_confirmed)
        .ends(completed);
}

TEST_CASE("without fulfilment a completed checkout starts no other saga") {
    checkout_settings settings;
    settings.fulfilment_enabled = false;
    saga_test script({.body = one_card_body(), .settings = settings});
    script.given(started)
        .when(quoted)
        .when(inventory_reserved)
        .when(payment_authorized)
        .when(order_created)
        .when(inventory_confirmed)
        .ends(completed);
    CHECK_FALSE(script.outcome().starts_child);
    CHECK_FALSE(script.saga().definition->child(script.saga()).has_value());
}

TEST_CASE("a customer who confirms the payment moves the checkout on") {
    saga_test script;
    script.given(started)
        .when(quoted)
        .when(inventory_reserved)
        .when(payment_needs_customer)
        .at(awaiting_customer)
        .expects_nothing();
    CHECK(script.saga().status() == saga_status::awaiting_customer);
    script.when(payment_authorized).at(ordering).expects(create_order);
}

TEST_CASE("a customer's refusal is no word of the payment backend: the authorization is voided") {
    saga_test()
        .given(started)
        .when(quoted)
        .when(inventory_reserved)
        .when(payment_needs_customer)
        .when(payment_refused)
        .at(voiding)
        .expects(void_payment)
        .when(payment_voided)
        .expects(release_inventory)
        .when(inventory_released)
        .ends(compensated)
        .with_reason("payment_declined");
}

TEST_CASE("a customer who never comes back is voided when the reservation expires") {
    saga_test()
        .given(started)
        .when(quoted)
        .when(inventory_reserved)
        .when(payment_needs_customer)
        .when(reservation_expired)
        .at(voiding)
        .expects(void_payment)
        .when(payment_voided)
        .expects(release_inventory)
        .when(inventory_released)
        .ends(compensated)
        .with_reason("reservation_expired");
}

TEST_CASE("money that was captured already is refunded instead of voided") {
    saga_test()
        .given(started)
        .when(quoted)
        .when(inventory_reserved)
        .when(outcome_unknown)
        .expects(void_payment)
        .when(payment_already_captured)
        .at(refunding)
        .expects(refund_payment)
        .when(payment_refunded)
        .at(releasing)
        .expects(release_inventory)
        .when(inventory_released)
        .ends(compensated)
        .with_reason("outcome_unknown");
}

TEST_CASE("payment is not authorized when less than a tenth of the reservation's time is left") {
    const auto reserved_for = [](duration left) {
        const std::string expires = format_instant(start_time + left);
        return backend_answer{
            200, R"({"status":"reserved","expires_at":")" + expires + R"("})", {}};
    };
    saga_test late;
    late.given(started).when(quoted).when_answered(
        reserve_inventory, reserved_for(duration{89'999})
    );
    late.at(releasing)
        .with_reason("reservation_too_short")
        .when(inventory_released)
        .ends(compensated);

    saga_test in_time;
    in_time.given(started).when(quoted);
    in_time.when_answered(reserve_inventory, reserved_for(duration{90'000})).at(authorizing);
}

TEST_CASE("a quote other than the expected one fails the checkout before anything is done") {
    saga_test script;
    script.given(started).when_answered(
        quote, {200,
                R"({"currency":"USD","total":13000,"items":[)"
                R"({"sku":"SKU-1","quantity":2,"unit_price":5000,"amount":10000},)"
                R"({"sku":"SKU-2","quantity":1,"unit_price":3000,"amount":3000}]})",
                {}}
    );
    script.expects_nothing().ends(failed).with_reason("price_changed");
}

TEST_CASE("an outcome that is unknown at the pivot is asked for, never guessed") {
    saga_test script;
    script.given(started)
        .when(quoted)
        .when(inventory_reserved)
        .when(payment_authorized)
        .when(order_created)
        .when(outcome_unknown)
        .at(checking_reservation)
        .expects(read_reservation);

    SECTION("confirmed: the checkout is complete") {
        script.when(reservation_read).expects_nothing().ends(completed);
        CHECK(script.outcome().starts_child);
    }
    SECTION("still reserved: the confirmation is asked for again") {
        script.when_answered(read_reservation, {200, R"({"status":"reserved"})", {}})
            .at(confirming)
            .expects(confirm_inventory)
            .when(inventory_confirmed)
            .ends(completed);
    }
    SECTION("lost: everything is undone") {
        const auto lost = GENERATE(
            backend_answer{200, R"({"status":"expired"})", {}},
            backend_answer{200, R"({"status":"released"})", {}},
            backend_answer{404, R"({"code":"unknown_reservation"})", {}}
        );
        script.when_answered(read_reservation, lost)
            .at(cancelling_order)
            .expects(cancel_order)
            .when(order_cancelled)
            .expects(void_payment)
            .when(payment_voided)
            .expects(release_inventory)
            .when(inventory_released)
            .ends(compensated)
            .with_reason("reservation_expired");
    }
}

TEST_CASE("a confirmation that is repeated after the reservation's time does not go in circles") {
    saga_test script;
    script.given(started)
        .when(quoted)
        .when(inventory_reserved)
        .when(payment_authorized)
        .when(order_created);
    const definition& meaning = *script.saga().definition;
    CHECK(meaning.deadline(script.saga())->at == start_time + duration{900'000});

    script.after(duration{900'001})
        .when(reservation_expired)
        .when_answered(read_reservation, {200, R"({"status":"reserved"})", {}})
        .at(confirming);
    const instant again = start_time + duration{900'001 + 30'000};
    CHECK(meaning.deadline(script.saga())->at == again);
    CHECK(meaning.calls_useful_until(script.saga()) == again);
}

TEST_CASE("the earlier of the saga's deadline and the reservation's end turns a checkout around") {
    checkout_settings settings;
    settings.deadline = duration{600'000};
    saga_test script({.body = one_card_body(), .settings = settings});
    script.given(started);
    const definition& meaning = *script.saga().definition;
    const auto deadline = [&] { return *meaning.deadline(script.saga()); };

    CHECK(deadline().fact == deadline_passed);
    CHECK(deadline().at == start_time + duration{600'000});
    script.when(quoted).when(inventory_reserved);
    CHECK(deadline().fact == deadline_passed);
    CHECK(meaning.calls_useful_until(script.saga()) == start_time + duration{600'000});
    script.when(payment_authorized).when(order_created);
    CHECK(deadline().fact == reservation_expired);
    CHECK(deadline().at == start_time + duration{900'000});
    script.when(confirm_refused);
    CHECK_FALSE(meaning.deadline(script.saga()).has_value());
    CHECK(meaning.calls_useful_until(script.saga()) == never);
}

TEST_CASE("the reservation's end comes first when the saga may take longer") {
    saga_test script;
    script.given(started).when(quoted).when(inventory_reserved);
    const auto deadline = script.saga().definition->deadline(script.saga());
    REQUIRE(deadline.has_value());
    CHECK(deadline->fact == reservation_expired);
    CHECK(deadline->at == start_time + duration{900'000});
}

TEST_CASE("a free checkout asks nobody for money") {
    checkout_settings settings;
    settings.has_catalog = settings.has_cart = false;
    saga_test script(
        {.body = R"({"customer_id":"c","currency":"USD","payment":{"method":"card","token":"tok"},)"
                 R"("items":[{"sku":"A","quantity":1,"unit_price":0}]})",
         .settings = settings}
    );
    script.given(started)
        .when(inventory_reserved)
        .at(ordering)
        .expects(create_order)
        .when(order_refused)
        .at(releasing)
        .expects(release_inventory);
}

}  // namespace
}  // namespace makegood::testing
