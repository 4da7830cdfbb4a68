#include <catch2/catch.hpp>

#include "tests/engine/workbench.hpp"

using namespace makegood;
using namespace std::chrono_literals;
using test::workbench;
using names = std::vector<std::string>;

namespace {

engine_options quick_options() {
    engine_options options;
    options.retries.forward = {
        .first_delay = 10ms, .delay_max = 100ms, .budget = 1'000ms, .attempts_max = 4};
    options.retries.persistent = {
        .first_delay = 10ms,
        .delay_max = 100ms,
        .parks_after = 3,
        .parks_after_time = 5'000ms,
        .parked_delay = 1'000ms};
    return options;
}

}  // namespace

TEST_CASE("a failed attempt is tried again with the same key, once it is due") {
    workbench bench(1, quick_options());
    const saga_id id = bench.started();
    const std::string key = bench.calls[0].idempotency_key;
    bench.answer("buy", 503);
    bench.settle();
    CHECK(bench.calls.empty());
    const instant due = bench.record(id).calls[0].next_attempt_at;
    CHECK(bench.engine->next_wake() == due);
    bench.advance(due - bench.now - 1ms);
    CHECK(bench.calls.empty());
    bench.advance(1ms);
    REQUIRE(bench.calls.size() == 1);
    CHECK(bench.calls[0].idempotency_key == key);
}

TEST_CASE("a planned attempt survives a crash and is not brought forward by it") {
    workbench bench(1, quick_options());
    const saga_id id = bench.started();
    bench.answer("buy", backend_answer{503, {}, 700ms});
    bench.settle();
    bench.restart();
    CHECK(bench.calls.empty());
    bench.advance(bench.record(id).calls[0].next_attempt_at - bench.now);
    CHECK(bench.calls.size() == 1);
}

TEST_CASE("an unknown outcome is retried, then undone as if it had happened") {
    workbench bench(1, quick_options());
    const saga_id id = bench.started();
    for (int i = 0; i < 4; ++i) {
        bench.answer("buy", no_answer{true, "no answer"});
        bench.settle();
        bench.advance(100ms);
    }
    CHECK(bench.record(id).state.value == "returning");
    CHECK(bench.record(id).reason->code == "outcome_unknown");
    CHECK(bench.open_calls() == names{"buy:0:undo"});
}

TEST_CASE("one refusal undoes exactly the calls that may have happened") {
    workbench bench(3, quick_options());
    const saga_id id = bench.started();
    bench.answer("buy", 200);
    bench.answer("buy", 409, "sold_out");
    bench.settle();
    // The first was done, the second surely not, the third is under way: it may happen yet.
    CHECK(bench.record(id).state.value == "returning");
    CHECK(bench.calls.size() == 3);
    bench.answer("buy", 200);
    CHECK(bench.engine->counters().late_answers == 1);
    CHECK(bench.open_calls() == names{"buy:0:undo", "buy:2:undo"});
    bench.answer("give_back", 200);
    bench.settle();
    CHECK(bench.record(id).status() == saga_status::compensating);
    bench.answer("give_back", 200);
    bench.settle();
    CHECK(bench.record(id).status() == saga_status::compensated);
}

TEST_CASE("undo does not give up: it parks, goes on slowly, and carries on when it works") {
    workbench bench(1, quick_options());
    const saga_id id = bench.started();
    bench.answer("buy", no_answer{true, "cut"});
    bench.submit(id, operator_acted{operator_verb::cancel, "ann", "changed her mind"});
    bench.settle();
    for (int i = 0; i < 3; ++i) {
        CHECK(bench.record(id).status() == saga_status::compensating);
        bench.answer("give_back", 503);
        bench.settle();
        bench.advance(100ms);
    }
    CHECK(bench.record(id).status() == saga_status::parked);
    CHECK(bench.record(id).parked->code == "attempts_exhausted");
    CHECK(bench.calls.empty());
    CHECK(bench.engine->active() == 0);  // it waits in the store
    bench.advance(1'000ms);
    REQUIRE(bench.calls.size() == 1);
    bench.answer("give_back", 200);
    bench.settle();
    CHECK(bench.record(id).status() == saga_status::compensated);
    CHECK_FALSE(bench.record(id).parked);
}

TEST_CASE("one of two undo calls that ends leaves the saga parked for the other") {
    workbench bench(2, quick_options());
    const saga_id id = bench.started();
    bench.answer("buy", no_answer{true, "cut"});
    bench.answer("buy", no_answer{true, "cut"});
    bench.submit(id, operator_acted{operator_verb::cancel, "ann", "changed her mind"});
    bench.settle();
    for (int i = 0; i < 3; ++i) {
        bench.answer("give_back", 503);
        bench.answer("give_back", 503);
        bench.settle();
        bench.advance(100ms);
    }
    REQUIRE(bench.record(id).status() == saga_status::parked);
    instant due = never;  // of the one that is tried before the other
    for (const call_record& call : bench.record(id).calls) {
        if (call.status == call_status::pending) due = std::min(due, call.next_attempt_at);
    }
    bench.advance(due - bench.now);
    REQUIRE(bench.calls.size() == 1);
    bench.answer("give_back", 200);
    bench.settle();
    REQUIRE(bench.record(id).status() == saga_status::parked);
    CHECK(bench.record(id).parked->code == "attempts_exhausted");
    bench.advance(200ms);
    bench.answer("give_back", 200);
    bench.settle();
    CHECK(bench.record(id).status() == saga_status::compensated);
}

TEST_CASE("a wrong credential parks at once and is not retried until a person says so") {
    workbench bench(1, quick_options());
    const saga_id id = bench.started();
    bench.answer("buy", 401);
    bench.settle();
    CHECK(bench.record(id).status() == saga_status::parked);
    CHECK(bench.record(id).parked->detail == "buy: 401");
    bench.advance(3'600'000ms);
    CHECK(bench.calls.empty());
    bench.restart();
    CHECK(bench.calls.empty());
    bench.submit(id, operator_acted{operator_verb::retry, "ann", "credential replaced"});
    bench.settle();
    CHECK(bench.open_calls() == names{"buy:0"});
    CHECK(bench.record(id).status() == saga_status::running);
}

TEST_CASE("a denied call keeps its saga parked while the others of its step are done") {
    workbench bench(2, quick_options());
    const saga_id id = bench.started();
    bench.submit(id, operator_acted{operator_verb::cancel, "ann", "changed her mind"});
    bench.settle();
    bench.answer("give_back", 401);
    bench.settle();
    bench.answer("give_back", 200);
    bench.settle();
    CHECK(bench.record(id).status() == saga_status::parked);
    CHECK(bench.record(id).parked->code == "call_denied");
    bench.calls.clear();
    bench.submit(id, operator_acted{operator_verb::retry, "ann", "credential replaced"});
    bench.settle();
    CHECK(bench.open_calls() == names{"buy:0:undo"});
    bench.answer("give_back", 200);
    bench.settle();
    CHECK(bench.record(id).status() == saga_status::compensated);
}

TEST_CASE("sagas that are being read for somebody do not hold up the timers") {
    workbench bench(1, quick_options());
    bench.started();
    bench.answer("buy", 503);
    bench.settle();
    for (std::size_t i = 0; i <= limits::loading_max; ++i) {
        const saga_id other = saga_id::make("err", static_cast<std::int64_t>(i), 1, {9});
        bench.engine->read(other, 0, bench.now);
    }
    CHECK(bench.engine->take_actions().size() == limits::loading_max + 1);
    CHECK(bench.engine->next_wake() < never);
    bench.advance(100ms);
    CHECK(bench.open_calls() == names{"buy:0"});
}

TEST_CASE("a parked saga still obeys its deadline") {
    workbench bench(1, quick_options());
    variables inputs;
    inputs.set("expires_ms", 10'000);
    const saga_id id = bench.started(inputs);
    bench.answer("buy", 401);
    bench.settle();
    bench.advance(9'999ms);
    CHECK(bench.record(id).state.value == "buying");
    bench.advance(1ms);
    CHECK(bench.record(id).state.value == "returning");
    CHECK(bench.open_calls() == names{"buy:0:undo"});
}

TEST_CASE("a call whose circuit is open is delayed, and neither counted nor journalled") {
    workbench bench(1, quick_options());
    const saga_id id = bench.started();
    bench.answer("buy", call_deferred{bench.now + 300ms});
    bench.settle();
    CHECK(bench.journal(id) == names{"started"});
    CHECK(bench.engine->next_wake() == bench.now + 300ms);
    bench.advance(300ms);
    CHECK(bench.open_calls() == names{"buy:0"});
    // Deferred past its budget it is unknown: time decides, not the circuit.
    bench.answer("buy", call_deferred{bench.now + 3'600'000ms});
    bench.advance(700ms);
    CHECK(bench.record(id).state.value == "returning");
}

TEST_CASE("undo that cannot even be tried is handed to a person after a while") {
    workbench bench(1, quick_options());
    const saga_id id = bench.started();
    bench.submit(id, operator_acted{operator_verb::cancel, "ann", ""});
    bench.settle();
    bench.answer("give_back", call_deferred{bench.now + 3'600'000ms});
    bench.advance(4'999ms);
    CHECK(bench.record(id).status() == saga_status::compensating);
    bench.advance(1ms);
    CHECK(bench.record(id).status() == saga_status::parked);
    CHECK(bench.record(id).parked->code == "overdue");
}

TEST_CASE("a saga that waits for somebody outside leaves memory and wakes at its deadline") {
    workbench bench(1, quick_options());
    variables inputs;
    inputs.set("expires_ms", 60'000);
    const saga_id id = bench.started(inputs);
    bench.answer("buy", 202, "ask them");
    bench.settle();
    CHECK(bench.record(id).status() == saga_status::awaiting_customer);
    CHECK(bench.engine->active() == 0);
    bench.restart();
    CHECK(bench.loads == 0);
    bench.advance(59'999ms);
    CHECK(bench.record(id).state.value == "waiting");
    bench.advance(1ms);
    CHECK(bench.loads == 1);
    CHECK(bench.open_calls() == names{"buy:0:undo"});
    CHECK(bench.record(id).reason->code == "shop_closed");
}

TEST_CASE("of several calls that wait for somebody, one signal settles one") {
    workbench bench(2, quick_options());
    const saga_id id = bench.started();
    bench.answer("buy", 202);
    bench.answer("buy", 202);
    bench.settle();
    CHECK(bench.record(id).state.value == "waiting");
    bench.submit(id, signal_received{"shop", true, {}});
    bench.settle();
    CHECK(bench.record(id).state.value == "waiting");
    CHECK(bench.calls.empty());
    SECTION("the second one ends the wait") {
        bench.submit(id, signal_received{"shop", true, {}});
        bench.settle();
        CHECK(bench.open_calls() == names{"pay:0"});
    }
    SECTION("its refusal undoes both that may have happened") {
        bench.submit(id, signal_received{"shop", false, "no"});
        bench.settle();
        CHECK(bench.open_calls() == names{"buy:0:undo"});
    }
}

TEST_CASE("a pivot that is neither confirmed nor refused is handed to a person after a while") {
    workbench bench(1, quick_options());
    const saga_id id = bench.started();
    bench.answer("buy", 200);
    bench.settle();
    const instant since = bench.now;
    while (bench.now - since < 5'000ms) {
        CHECK(bench.record(id).status() == saga_status::running);
        if (!bench.calls.empty()) bench.answer("pay", 503);
        bench.settle();
        bench.advance(std::min(duration{100}, since + 5'000ms - bench.now));
    }
    CHECK(bench.record(id).status() == saga_status::parked);
    CHECK(bench.record(id).parked->code == "overdue");
    // It goes on being tried, and carries on by itself when the pivot answers.
    while (bench.calls.empty())
        bench.advance(100ms);
    bench.answer("pay", 200);
    bench.settle();
    CHECK(bench.record(id).status() == saga_status::running);
    CHECK(bench.record(id).state.value == "thanking");
}

TEST_CASE("a call whose budget ran out while nobody was there is tried once more") {
    workbench bench(1, quick_options());
    const saga_id id = bench.started();
    bench.now += 60'000ms;
    bench.restart();
    CHECK(bench.record(id).state.value == "buying");
    REQUIRE(bench.open_calls() == names{"buy:0"});
    SECTION("its answer counts") {
        bench.answer("buy", 200);
        bench.settle();
        CHECK(bench.record(id).state.value == "paying");
    }
    SECTION("without one it is unknown") {
        bench.answer("buy", no_answer{true, "cut"});
        bench.settle();
        CHECK(bench.record(id).state.value == "returning");
    }
}

TEST_CASE("a signal settles the wait once; a late one is journalled and refused") {
    workbench bench(1, quick_options());
    const saga_id id = bench.started();
    const ticket early = bench.submit(id, signal_received{"shop", true, {}});
    bench.settle();
    CHECK(bench.find_reply(early)->why == refusal::signal_not_expected);
    bench.answer("buy", 202);
    bench.settle();
    const ticket first = bench.submit(id, signal_received{"shop", true, {}});
    bench.settle();
    CHECK(bench.find_reply(first)->why == refusal::none);
    CHECK(bench.open_calls() == names{"pay:0"});
    const ticket late = bench.submit(id, signal_received{"shop", false, "declined"});
    bench.settle();
    CHECK(bench.find_reply(late)->why == refusal::signal_not_expected);
    CHECK(bench.record(id).state.value == "paying");
    CHECK(
        bench.journal(id)
        == names{"started", "signal_received", "asked_back", "bought", "signal_received"}
    );
}

TEST_CASE("an attempt is given no more time than its budget has left") {
    workbench bench(1, quick_options());
    bench.started();
    CHECK(bench.calls[0].deadline == bench.now + 1'000ms);
    CHECK(bench.calls[0].budget_left == 1'000ms);
}

TEST_CASE("an answer to an attempt that nobody remembers is dropped") {
    workbench bench(1, quick_options());
    const saga_id id = bench.started();
    const perform_call sent = bench.calls[0];
    bench.engine->answered(id, sent.call, sent.attempt + 1, backend_answer{200, {}, {}}, bench.now);
    bench.engine->answered(
        saga_id::make("err", 1, 1, {9}), sent.call, 1, backend_answer{200, {}, {}}, bench.now
    );
    bench.settle();
    CHECK(bench.engine->counters().late_answers == 2);
    bench.answer("buy", 200);
    bench.settle();
    CHECK(bench.record(id).state.value == "paying");
}

TEST_CASE("so many inputs wait while their saga is being read, and no more") {
    workbench bench;
    const saga_id absent = saga_id::make("err", 1, 7, {});
    constexpr ticket first = 100;
    for (std::size_t i = 0; i <= limits::inbox_max; ++i)
        bench.engine->read(absent, first + i, bench.now);
    bench.settle();
    CHECK(bench.loads == 1);
    CHECK(bench.find_reply(first)->why == refusal::not_found);
    CHECK(bench.find_reply(first + limits::inbox_max - 1)->why == refusal::not_found);
    CHECK(bench.find_reply(first + limits::inbox_max)->why == refusal::overloaded);
}
