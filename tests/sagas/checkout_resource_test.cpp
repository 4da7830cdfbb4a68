#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/value_to.hpp>
#include <catch2/catch.hpp>

#include "saga_test.hpp"

namespace makegood::testing {
namespace {

std::string rendered(const saga_test& script, std::span<const live_note> notes = {}) {
    return script.saga().definition->render(script.saga(), notes);
}

boost::json::object members(const saga_test& script) {
    return boost::json::parse(rendered(script)).as_object();
}

std::string text_of_member(const saga_test& script, std::string_view name) {
    return boost::json::value_to<std::string>(members(script).at(name));
}

TEST_CASE("a checkout is shown as the contract says, without members that have no value") {
    saga_test script;
    script.given(started);
    const std::string chk = script.saga().id.text();
    CHECK(
        rendered(script)
        == R"({"id":")" + chk
               + R"(","saga":"checkout","version":1,"status":"running","state":"pricing",)"
                 R"("customer_id":"cus_42","attempt":1,)"
                 R"("created_at":"2026-09-21T14:13:20.000Z","updated_at":"2026-09-21T14:13:20.000Z",)"
                 R"("metadata":{"order_ref":"web-1"}})"
    );
}

TEST_CASE("total, reservation, reason and order appear when they are known") {
    saga_test script;
    script.given(started).when(quoted).when(inventory_reserved).after(duration{60'000});
    auto shown = members(script);
    CHECK(shown["total"] == boost::json::parse(R"({"amount":12999,"currency":"USD"})"));
    CHECK(text_of_member(script, "reservation_expires_at") == "2026-09-21T14:28:20.000Z");
    CHECK_FALSE(shown.contains("order_id"));

    script.when(payment_authorized);
    CHECK_FALSE(members(script).contains("order_id"));
    script.when(order_created);
    CHECK(text_of_member(script, "order_id") == "ord_" + script.saga().id.suffix());
    CHECK_FALSE(members(script).contains("fulfilment_id"));
    script.when(inventory_confirmed);
    shown = members(script);
    CHECK(text_of_member(script, "status") == "completed");
    CHECK(text_of_member(script, "fulfilment_id") == "ful_" + script.saga().id.suffix());
    CHECK_FALSE(shown.contains("attempt"));
    CHECK_FALSE(shown.contains("reservation_expires_at"));
    CHECK(text_of_member(script, "updated_at") == "2026-09-21T14:14:20.000Z");
}

TEST_CASE("what is told of a checkout's parcel is for its fulfilment to hear") {
    saga_test script;
    script.given(started);
    const saga_record& saga = script.saga();
    CHECK(saga.definition->listener(saga.id) == saga.id.with_prefix("ful"));
}

TEST_CASE("a declined payment gives the reason in the contract's words") {
    saga_test script;
    script.given(started).when(quoted).when(inventory_reserved).when(payment_refused);
    CHECK(
        members(script)["reason"]
        == boost::json::parse(
            R"({"code":"payment_declined","step":"authorizing","detail":"insufficient funds"})"
        )
    );
    CHECK(text_of_member(script, "status") == "compensating");
}

TEST_CASE("the next attempt is shown once one has failed") {
    saga_test script;
    script.given(started);
    script.apply(call_failed{{quote, 0}, "503", start_time + duration{80}, false});
    CHECK(members(script)["attempt"] == 2);
    CHECK(text_of_member(script, "next_attempt_at") == "2026-09-21T14:13:20.080Z");
    script.apply(call_denied{{quote, 0}, "the backend answered 401"});
    CHECK(members(script)["attempt"] == 3);
    CHECK_FALSE(members(script).contains("next_attempt_at"));
    CHECK(text_of_member(script, "status") == "parked");
    CHECK(members(script)["parked"].as_object()["open"] == boost::json::parse(R"(["quote"])"));
    CHECK_THAT(rendered(script), Catch::Contains(R"("parked":{"code":"call_denied")"));
}

TEST_CASE("the customer's next action is shown only while it is awaited") {
    saga_test script;
    script.given(started).when(quoted).when(inventory_reserved).when(payment_needs_customer);
    CHECK(text_of_member(script, "status") == "awaiting_customer");
    CHECK_THAT(
        rendered(script),
        Catch::Contains(R"("next_action":{"type":"redirect","url":"https://bank/3ds"})")
    );
    script.when(payment_authorized);
    CHECK_FALSE(members(script).contains("next_action"));
}

TEST_CASE("live notes name the call, the circuit and when it is tried again") {
    saga_test script;
    script.given(started);
    const live_note note{{quote, 0}, "open", start_time};
    CHECK_THAT(
        rendered(script, {&note, 1}),
        Catch::Contains(
            R"("waiting_for":[{"call":"quote","circuit":"open","retry_at":"2026-09-21T14:13:20.000Z"}])"
        )
    );
}

TEST_CASE("what customers write is escaped when it is shown") {
    saga_test script(
        {.body = R"({"customer_id":"a\"b","currency":"USD","items":[{"sku":"A","quantity":1}],)"
                 R"("payment":{"method":"card","token":"tok"},"metadata":{"k\n":"v\u0001"}})",
         .settings = {}}
    );
    script.given(started);
    CHECK(members(script)["customer_id"] == "a\"b");
    CHECK_THAT(rendered(script), Catch::Contains(R"("metadata":{"k\n":"v\u0001"})"));
}

}  // namespace
}  // namespace makegood::testing
