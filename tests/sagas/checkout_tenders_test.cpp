#include <catch2/catch.hpp>

#include "saga_test.hpp"

namespace makegood::testing {
namespace {

saga_test two_tenders_reserved() {
    saga_test script({.body = two_tenders_body(), .settings = {}});
    script.given(started).when(quoted).when(inventory_reserved);
    return script;
}

TEST_CASE("several tenders are authorized together, each with its own id, key and amount") {
    saga_test script = two_tenders_reserved();
    script.expects("authorize_payment:1", "authorize_payment:2");
    const saga_record& saga = script.saga();
    const definition& meaning = *saga.definition;
    const call_spec& call = meaning.call(authorize_payment);
    const std::string chk = saga.id.text();
    CHECK(meaning.idempotency_key_of(call, 1, saga) == chk + ":authorize_payment:1");
    CHECK(meaning.idempotency_key_of(call, 2, saga) == chk + ":authorize_payment:2");
    CHECK(
        meaning.idempotency_key_of(meaning.call(void_payment), 2, saga)
        == chk + ":authorize_payment:2:undo"
    );
    CHECK(
        meaning.idempotency_key_of(meaning.call(refund_payment), 2, saga)
        == chk + ":capture_payment:2:undo"
    );
    CHECK_THAT(meaning.request(call, 1, saga).body, Catch::Contains("\"amount\":5000,"));
    CHECK_THAT(meaning.request(call, 2, saga).body, Catch::Contains("\"amount\":7999,"));
    CHECK_THAT(meaning.request(call, 2, saga).body, Catch::Contains("tok_visa"));

    script.when(payment_authorized, 1).at(authorizing).when(payment_authorized, 2).at(ordering);
    const std::string order = meaning.request(meaning.call(create_order), 0, saga).body;
    const std::string pay = "pay_" + saga.id.suffix();
    CHECK_THAT(order, Catch::Contains(R"("authorization_id":")" + pay + R"(_1")"));
    CHECK_THAT(
        order, Catch::Contains(R"("authorization_ids":[")" + pay + R"(_1",")" + pay + R"(_2"])")
    );
}

TEST_CASE("when one tender is refused, only those that may have happened are voided") {
    SECTION("the other is done") {
        two_tenders_reserved()
            .when(payment_authorized, 1)
            .when(payment_refused, 2)
            .at(voiding)
            .expects("void_payment:1");
    }
    SECTION("the other is still under way") {
        two_tenders_reserved().when(payment_refused, 1).at(voiding).expects("void_payment:2");
    }
    SECTION("the outcome of the other is unknown") {
        two_tenders_reserved()
            .when(outcome_unknown, 2)
            .at(voiding)
            .expects("void_payment:1", "void_payment:2");
    }
}

TEST_CASE("only the tender that was captured is refunded") {
    saga_test script = two_tenders_reserved();
    script.when(payment_authorized, 1)
        .when(payment_authorized, 2)
        .when(order_refused)
        .expects("void_payment:1", "void_payment:2")
        .when(payment_already_captured, 2)
        .at(voiding)
        .when(payment_voided, 1)
        .at(refunding)
        .expects("refund_payment:2")
        .when(payment_refunded)
        .at(releasing)
        .expects(release_inventory)
        .when(inventory_released)
        .ends(compensated)
        .with_reason("order_refused");
}

TEST_CASE("one tender waits for the customer while the other is done") {
    saga_test script = two_tenders_reserved();
    script.when(payment_authorized, 1).when(payment_needs_customer, 2).at(awaiting_customer);
    SECTION("accepted") {
        script.when(payment_authorized, 2).at(ordering);
    }
    SECTION("declined: only the customer said so, both may have happened") {
        script.when(payment_refused, 2).at(voiding).expects("void_payment:1", "void_payment:2");
    }
    SECTION("cancelled: both may have happened") {
        script.when(cancel_requested).expects("void_payment:1", "void_payment:2");
    }
}

std::string gift_card_of(std::int64_t amount) {
    return R"({"customer_id":"c","currency":"USD",)"
           R"("items":[{"sku":"A","quantity":1,"unit_price":900}],)"
           R"("payments":[{"method":"card","token":"tok_visa"},)"
           R"({"method":"gift_card","token":"tok_gift","amount":)"
           + std::to_string(amount) + "}]}";
}

TEST_CASE("tenders against the total") {
    checkout_settings settings;
    settings.has_cart = settings.has_catalog = false;
    const auto played = [&](std::int64_t amount) {
        return saga_test({.body = gift_card_of(amount), .settings = settings});
    };
    SECTION("more than the total fails the checkout") {
        played(901).given(started).ends(failed).with_reason("tenders_exceed_total");
    }
    SECTION("exactly the total: the tender that pays the rest is not asked") {
        played(900).given(started).when(inventory_reserved).expects("authorize_payment:2");
    }
    SECTION("less: both pay") {
        played(899)
            .given(started)
            .when(inventory_reserved)
            .expects("authorize_payment:1", "authorize_payment:2");
    }
}

journal_entry next_entry(const saga_record& saga, event happened) {
    return {saga.sequence + 1, saga.updated_at, std::move(happened)};
}

TEST_CASE("a refusal says nothing of an earlier attempt whose answer was lost: it is voided") {
    saga_test script;
    script.given(started).when(quoted).when(inventory_reserved).at(authorizing);
    saga_record saga = script.saga();
    const call_reference call{authorize_payment, 0};
    const event lost = call_failed{call, "the answer was cut", saga.updated_at, false};
    CHECK(step(saga, next_entry(saga, lost)).steps.empty());
    const step_outcome outcome = step(saga, next_entry(saga, call_refused{call, "busy", ""}));
    CHECK(saga.state == voiding);
    REQUIRE(outcome.opened.size() == 1);
    CHECK(outcome.opened.front().call == void_payment);
}

TEST_CASE("a signal that names its tender is never taken for the other's") {
    saga_test script = two_tenders_reserved();
    const backend_answer asks{
        202, R"({"status":"requires_action","next_action":{"url":"there"}})", {}};
    script.when_answered(authorize_payment, asks, 1).when_answered(authorize_payment, asks, 2);
    saga_record saga = script.saga();
    CHECK_THAT(
        saga.definition->render(saga, {}),
        Catch::Contains(R"("next_action_call":"authorize_payment:1")")
    );
    const event second = signal_received{"authorize_payment:2", true, {}};
    CHECK(step(saga, next_entry(saga, second)).steps.empty());
    // The bank says it twice: the first tender still waits.
    CHECK_FALSE(step(saga, next_entry(saga, second)).listed);
    CHECK(saga.state == awaiting_customer);
    const event first = signal_received{"authorize_payment:1", true, {}};
    CHECK(step(saga, next_entry(saga, first)).steps.size() == 1);
    CHECK(saga.state == ordering);
}

TEST_CASE("two tenders that wait for the customer are shown and settled one after the other") {
    saga_test script = two_tenders_reserved();
    const auto asks = [](std::string_view url) {
        const std::string action = R"("next_action":{"url":")" + std::string(url) + R"("}})";
        return backend_answer{202, R"({"status":"requires_action",)" + action, {}};
    };
    script.when_answered(authorize_payment, asks("first"), 1)
        .when_answered(authorize_payment, asks("second"), 2)
        .at(awaiting_customer);
    saga_record saga = script.saga();
    CHECK_THAT(saga.definition->render(saga, {}), Catch::Contains(R"({"url":"first"})"));
    const event confirmed = signal_received{"payment", true, {}};
    CHECK(step(saga, next_entry(saga, confirmed)).steps.empty());
    CHECK_THAT(saga.definition->render(saga, {}), Catch::Contains(R"({"url":"second"})"));
    CHECK(step(saga, next_entry(saga, confirmed)).steps.size() == 1);
    CHECK(saga.state == ordering);
}

}  // namespace
}  // namespace makegood::testing
