#include <catch2/catch.hpp>

#include "fulfilment_run.hpp"
#include "sagas/contract/derived_ids.hpp"
#include "sagas/contract/shipment.hpp"
#include "sagas/contract/variable_names.hpp"
#include "sagas/fulfilment/reports.hpp"

// A fulfilment that goes on until its parcel has arrived, as whoever ships tells it.
namespace makegood::testing {
namespace {

using words = std::vector<std::string_view>;

checkout_settings tracking() {
    checkout_settings settings;
    settings.track_shipments = true;
    return settings;
}

// Where everything is done but that the parcel arrives.
fulfilment_run waiting() {
    fulfilment_run run(completed_checkout(one_card_body(), tracking()));
    run.work();
    REQUIRE(run.state() == "awaiting_shipment");
    return run;
}

void tell(fulfilment_run& run, const words& told) {
    for (const std::string_view each : told) {
        run.tell(each);
        CHECK(run.outcome().listed);
    }
}

std::string shipment_of(const fulfilment_run& run) {
    const std::string shown = run.meaning().render(run.saga(), {});
    const std::size_t begin = shown.find(R"("shipment":)");
    return begin == std::string::npos ? ""
                                      : shown.substr(begin, shown.find('}', begin) + 1 - begin);
}

std::string refusal_of(std::string_view body) {
    const auto read = fulfilment::read_report(body, "signal");
    REQUIRE_FALSE(read.has_value());
    return read.error().code + " " + read.error().detail;
}

TEST_CASE("a tracked fulfilment waits for its parcel, and is over when it is delivered") {
    fulfilment_run run = waiting();
    CHECK(run.saga().status() == saga_status::running);
    CHECK(shipment_of(run).empty());
    tell(run, {"shipped"});
    CHECK(run.state() == "in_transit");
    CHECK(run.saga().status() == saga_status::running);
    CHECK(shipment_of(run) == R"("shipment":{"status":"shipped"})");
    tell(run, {"delivered"});
    CHECK(run.saga().status() == saga_status::completed);
    CHECK(shipment_of(run) == R"("shipment":{"status":"delivered"})");
    run.replays();
}

TEST_CASE("a parcel may be delivered without having been shipped") {
    fulfilment_run run = waiting();
    tell(run, {"delivered"});
    CHECK(run.saga().status() == saga_status::completed);
}

TEST_CASE("a parcel that is lost, comes back or is overdue is a task for a person") {
    struct trouble {
        words told;
        std::string_view state, task, code;
    };
    const auto [told, state, task, code] = GENERATE(
        trouble{{"lost"}, "settling_loss", "settle_loss", "shipment_lost"},
        trouble{{"shipped", "lost"}, "settling_loss", "settle_loss", "shipment_lost"},
        trouble{{"returned"}, "settling_return", "settle_return", "shipment_returned"},
        trouble{{"shipped", "returned"}, "settling_return", "settle_return", "shipment_returned"},
        trouble{{}, "settling_delay", "settle_delay", "shipment_overdue"},
        trouble{{"shipped"}, "settling_delay", "settle_delay", "shipment_overdue"}
    );
    fulfilment_run run = waiting();
    tell(run, told);
    if (code == "shipment_overdue") run.apply(timer_fired{fact_name{"delivery_overdue"}});
    INFO(state);
    CHECK(run.state() == state);
    REQUIRE(run.saga().parked);
    CHECK(run.saga().parked->code == code);
    CHECK_THAT(
        run.meaning().render(run.saga(), {}), Catch::Contains(R"("open":[")" + std::string(task))
    );
    SECTION("who does it says so") {
        run.resolve(task);
        CHECK(run.saga().status() == saga_status::completed);
    }
    SECTION("a parcel that arrives after all makes it needless") {
        tell(run, {"delivered"});
        CHECK(run.saga().status() == saga_status::completed);
        CHECK(run.saga().calls.back().status == call_status::abandoned);
    }
    SECTION("nothing else ends it") {
        run.apply(operator_acted{operator_verb::retry, "ann", ""});
        run.apply(operator_acted{operator_verb::cancel, "ann", ""});
        tell(run, {"shipped"});
        CHECK(run.state() == state);
        CHECK(run.saga().parked->code == code);
    }
    run.replays();
}

TEST_CASE("of several troubles the task is that of the furthest") {
    fulfilment_run run = waiting();
    run.apply(timer_fired{fact_name{"delivery_overdue"}});
    SECTION("overdue, and it turns out to be lost") {
        tell(run, {"lost", "lost"});
        CHECK(run.saga().parked->code == "shipment_lost");
    }
    SECTION("lost, found and sent back") {
        tell(run, {"lost", "returned", "lost"});
        CHECK(run.saga().parked->code == "shipment_returned");
    }
    SECTION("overdue, and it came back") {
        tell(run, {"returned", "returned"});
        CHECK(run.saga().parked->code == "shipment_returned");
    }
    CHECK(std::ranges::count(run.saga().calls, call_status::pending, &call_record::status) == 1);
    run.replays();
}

TEST_CASE("what is told before everything is done stands once it is, whatever came first") {
    struct history {
        words told;
        std::string_view state, shown;
    };
    const auto [told, state, shown] = GENERATE(
        history{{"shipped"}, "in_transit", "shipped"}, history{{"lost"}, "settling_loss", "lost"},
        history{{"lost", "shipped"}, "settling_loss", "lost"},
        history{{"returned", "lost"}, "settling_return", "returned"},
        history{{"delivered"}, "completed", "delivered"},
        history{{"delivered", "lost", "returned"}, "completed", "delivered"}
    );
    const int calls_first = GENERATE(0, 1, 2);
    fulfilment_run run(completed_checkout(cart_body(), tracking()));
    for (const call_name call : {call_name{"capture_payment"}, call_name{"request_shipment"}}) {
        if (run.saga().calls.size() > static_cast<std::size_t>(calls_first)) break;
        run.answer(call, 200);
    }
    const std::string before(run.state());
    for (const std::string_view each : told) {
        run.apply(report_of(each));
        CHECK(run.outcome().ignored);
    }
    CHECK(run.state() == before);
    CHECK(shipment_of(run) == R"("shipment":{"status":")" + std::string(shown) + "\"}");
    for (const std::string_view call :
         {"capture_payment", "request_shipment", "clear_cart", "notify"}) {
        const call_name name = *run.meaning().find_call(call);
        if (run.saga().calls.back().call.call == name) run.answer(name, 200);
    }
    CHECK(run.state() == state);
    run.replays();
}

TEST_CASE("what is told of a fulfilment that does not track its shipment is nobody's word") {
    checkout_settings settings = tracking();
    SECTION("because it is not wanted") {
        settings.track_shipments = false;
    }
    SECTION("because nobody ships") {
        settings.has_fulfillment = false;
    }
    fulfilment_run run(completed_checkout(one_card_body(), settings));
    run.tell("delivered");
    CHECK_FALSE(run.outcome().listed);
    CHECK(run.saga().learnt.empty());
    CHECK_FALSE(run.meaning().deadline(run.saga()));
    CHECK(run.saga().find(contract::variable::delivery_deadline_ms) == nullptr);
}

TEST_CASE("a parcel that is awaited is overdue when its time has passed since the start") {
    checkout_settings settings = tracking();
    settings.delivery_deadline = duration{5'000};
    fulfilment_run run(completed_checkout(one_card_body(), settings));
    CHECK_FALSE(run.meaning().deadline(run.saga()));
    run.work();
    const auto deadline = run.meaning().deadline(run.saga());
    REQUIRE(deadline);
    CHECK(deadline->at == start_time + duration{5'000});
    CHECK(deadline->fact.value == "delivery_overdue");
    tell(run, {"shipped"});
    CHECK(run.meaning().deadline(run.saga())->at == deadline->at);
    tell(run, {"lost"});
    CHECK_FALSE(run.meaning().deadline(run.saga()));
}

// Journals of before tracking have no word of it among their inputs; this is one of them, as the
// fulfilment of that time folded it: no state beyond the old ones, and no deadline.
TEST_CASE("a journal of before shipments were tracked folds to what it was") {
    const auto meaning = fulfilment::make_definition();
    saga_started start{
        .definition = "fulfilment",
        .version = 1,
        .customer = customer_id("cus_42"),
        .key = {},
        .fingerprint = {},
        .inputs = {},
        .traceparent = {}};
    for (const std::string_view name : {"has_fulfillment", "has_notification", "tenders"})
        start.inputs.set(name, std::string("1"));
    start.inputs.set("amount_1", std::int64_t{12'999});
    const saga_id id = test_id().with_prefix("ful");
    saga_record saga = begin_record(id, *meaning, start, start_time);
    std::string states;
    const auto apply = [&](const event& happened) {
        static_cast<void>(step(saga, {saga.sequence + 1, start_time, happened}));
        states.append(saga.state.value).append(" ");
        CHECK_FALSE(meaning->deadline(saga));
    };
    apply(start);
    for (const std::string_view call : {"capture_payment", "request_shipment", "notify"})
        apply(call_done{{*meaning->find_call(call), 0}, {}});
    CHECK(states == "capturing shipping notifying completed ");
    CHECK(saga.calls.size() == 3);
    CHECK(saga.learnt.empty());
}

TEST_CASE("a report is read with what it says, and shown") {
    const auto read = fulfilment::read_report(
        R"({"status":"shipped","tracking":"1Z 999","at":"2026-11-20T09:15:30+01:00","detail":"left Zürich"})",
        "signal"
    );
    REQUIRE(read.has_value());
    CHECK(read->fact == "shipped");
    CHECK(read->reporter == "signal");
    CHECK(read->detail == "left Zürich");
    fulfilment_run run = waiting();
    run.apply(*read);
    CHECK(
        shipment_of(run)
        == R"("shipment":{"status":"shipped","at":"2026-11-20T08:15:30.000Z","tracking":"1Z 999"})"
    );
    tell(run, {"delivered"});
    CHECK(shipment_of(run) == R"("shipment":{"status":"delivered","tracking":"1Z 999"})");
}

TEST_CASE("a report that cannot be read is refused with what is wrong") {
    CHECK(refusal_of("{").starts_with("invalid-json "));
    CHECK(refusal_of("[]") == "invalid-json a JSON object is expected");
    CHECK(refusal_of("{}") == "invalid-field /status: this field is required");
    CHECK(
        refusal_of(R"({"status":"vanished"})")
        == "invalid-field /status: one of delivered, returned, lost, shipped is expected"
    );
    CHECK(
        refusal_of(R"({"status":"lost","at":"yesterday"})")
        == "invalid-field /at: a time such as 2026-11-20T08:15:30Z is expected"
    );
    CHECK(refusal_of(R"({"status":"lost","tracking":""})").starts_with("invalid-field /tracking: ")
    );
    CHECK(refusal_of(R"({"status":"lost","detail":7})").starts_with("invalid-field /detail: "));
    CHECK(
        refusal_of(R"({"status":"lost","who":"me"})")
        == "invalid-field /who: this field is not known"
    );
    CHECK(refusal_of(R"({"status":"lost","detail":"4111 1111 1111 1111"})")
              .starts_with("card-number-refused "));
}

TEST_CASE("an event of the topic names its shipment, and so its fulfilment") {
    const saga_id checkout = test_id();
    const std::string data =
        R"({"shipment_id":")" + std::string(contract::shipment_id(checkout))
        + R"(","tracking":"1Z","detail":"at the door","carrier":"others know it"})";
    const auto read = fulfilment::read_shipment_event("shipment.delivered", data, "/carrier");
    REQUIRE(read.has_value());
    CHECK(read->saga == checkout.with_prefix("ful"));
    CHECK(read->told.fact == "delivered");
    CHECK(read->told.reporter == "/carrier");
    CHECK(read->told.detail == "at the door");
    CHECK(read->told.learnt.text("shipment_tracking") == "1Z");
    for (const std::string_view type :
         {"shipment.", "shipment.eaten", "delivered", "checkout.lost"}) {
        const auto refused = fulfilment::read_shipment_event(type, data, "/carrier");
        REQUIRE_FALSE(refused.has_value());
        CHECK_THAT(refused.error().detail, Catch::StartsWith("the type is none of a shipment's"));
    }
    for (const std::string_view id : {R"("chk_0")", "7", R"("shp_")"}) {
        const std::string wrong = R"({"shipment_id":)" + std::string(id) + "}";
        const auto refused = fulfilment::read_shipment_event("shipment.lost", wrong, "/carrier");
        REQUIRE_FALSE(refused.has_value());
        CHECK_THAT(refused.error().detail, Catch::StartsWith("/shipment_id: "));
    }
    fulfilment_run run = waiting();
    CHECK(run.meaning().read_report_event("shipment.lost", data, "/carrier")->told.fact == "lost");
    CHECK(run.meaning().read_report(R"({"status":"lost"})", "signal")->fact == "lost");
    CHECK(run.meaning().listener(checkout.with_prefix("ful")) == checkout.with_prefix("ful"));
    const auto refused = fulfilment::read_shipment_event("shipment.lost", "7", "/carrier");
    CHECK(refused.error().code == "invalid-json");
    CHECK_FALSE(contract::fulfilment_of(checkout.text()));
}

}  // namespace
}  // namespace makegood::testing
