#include <catch2/catch.hpp>

#include "tests/engine/workbench.hpp"

using namespace makegood;
using namespace std::chrono_literals;
using test::workbench;
using names = std::vector<std::string>;

namespace {}  // namespace

TEST_CASE("cancel compensates before the pivot and is refused from the pivot on") {
    workbench bench;
    const saga_id id = bench.started();
    SECTION("before") {
        CHECK(bench.acts(id, operator_verb::cancel) == refusal::none);
        CHECK(bench.record(id).state.value == "returning");
        CHECK(bench.record(id).reason->code == "cancel");
        CHECK(bench.acts(id, operator_verb::cancel) == refusal::none);
        bench.calls.erase(bench.calls.begin());
        bench.answer("give_back", 200);
        bench.settle();
        CHECK(bench.acts(id, operator_verb::cancel) == refusal::already_ended);
    }
    SECTION("at it and after it") {
        bench.answer("buy", 200);
        bench.settle();
        CHECK(bench.acts(id, operator_verb::cancel) == refusal::past_pivot);
        bench.answer("pay", 200);
        bench.settle();
        CHECK(bench.acts(id, operator_verb::compensate) == refusal::past_pivot);
        bench.answer("thank", 200);
        bench.settle();
        const instant ended = bench.record(id).updated_at;
        bench.advance(5ms);
        CHECK(bench.acts(id, operator_verb::cancel) == refusal::past_pivot);
        CHECK(bench.record(id).updated_at == ended);
        CHECK(bench.journal(id).back() == "cancel_requested");
        CHECK(bench.engine->counters().violations == 0);
    }
}

TEST_CASE("a saga that a person holds does nothing until it is resumed") {
    workbench bench;
    const saga_id id = bench.started();
    CHECK(bench.acts(id, operator_verb::resume) == refusal::not_parked);
    CHECK(bench.acts(id, operator_verb::park) == refusal::none);
    CHECK(bench.record(id).status() == saga_status::parked);
    bench.answer("buy", 200);
    bench.settle();
    CHECK(bench.record(id).state.value == "paying");
    CHECK(bench.record(id).status() == saga_status::parked);
    CHECK(bench.calls.empty());
    bench.restart();
    bench.advance(3'600'000ms);
    CHECK(bench.calls.empty());
    CHECK(bench.acts(id, operator_verb::resume) == refusal::none);
    CHECK(bench.record(id).status() == saga_status::running);
    CHECK(bench.open_calls() == names{"pay:0"});
}

TEST_CASE("a person can settle what a call could not, when the answer is not needed") {
    workbench bench(2);
    const saga_id id = bench.started();
    CHECK(bench.asked(id, resolve_request{"pay", true, "ann", "r"}) == refusal::call_not_open);
    CHECK(bench.asked(id, resolve_request{"nonsense", true, "ann", "r"}) == refusal::call_not_open);
    CHECK(bench.asked(id, resolve_request{"buy:7", true, "ann", "r"}) == refusal::call_not_open);
    CHECK(bench.asked(id, resolve_request{"buy:x", true, "ann", "r"}) == refusal::call_not_open);
    CHECK(bench.asked(id, resolve_request{"buy", false, "ann", "r"}) == refusal::not_resolvable);
    CHECK(bench.asked(id, resolve_request{"buy:1", true, "ann", "r"}) == refusal::none);
    CHECK(bench.asked(id, resolve_request{"buy", true, "ann", "r"}) == refusal::none);
    CHECK(bench.record(id).state.value == "paying");
    CHECK(bench.asked(id, resolve_request{"pay", true, "ann", "r"}) == refusal::not_resolvable);
}

TEST_CASE("a saga stays parked until everything that waits for a person is settled") {
    workbench bench(2);
    const saga_id id = bench.started();
    bench.acts(id, operator_verb::compensate);
    bench.answer("give_back", 401);
    bench.settle();
    bench.answer("give_back", 401);
    bench.settle();
    CHECK(bench.asked(id, resolve_request{"give_back:0", true, "ann", "r"}) == refusal::none);
    CHECK(bench.record(id).status() == saga_status::parked);
    CHECK(bench.asked(id, resolve_request{"give_back:1", true, "ann", "r"}) == refusal::none);
    CHECK(bench.record(id).status() == saga_status::compensated);
}

TEST_CASE("whoever asks in vain without end does not shut operators out") {
    workbench bench;
    const saga_id id = bench.started();
    bench.answer("buy", 401);
    bench.settle();
    bench.submit(id, signal_received{"shop", true, {}});
    for (std::size_t i = 0; i < limits::journal_entries_max; ++i) {
        bench.engine->submit(id, signal_received{"shop", true, {}}, 0, bench.now);
    }
    bench.settle();
    CHECK(bench.record(id).sequence == limits::journal_entries_max);
    CHECK(bench.asked(id, signal_received{"shop", true, {}}) == refusal::signal_not_expected);
    CHECK(bench.record(id).sequence == limits::journal_entries_max);
    CHECK(bench.acts(id, operator_verb::retry) == refusal::none);
    CHECK(bench.record(id).status() == saga_status::running);
}

TEST_CASE("undo that was not needed counts as done") {
    workbench bench;
    const saga_id id = bench.started();
    bench.acts(id, operator_verb::compensate);
    CHECK(
        bench.asked(id, resolve_request{"give_back", false, "ann", "never bought"}) == refusal::none
    );
    CHECK(bench.record(id).status() == saga_status::compensated);
}

TEST_CASE("retry needs something that is open, and starts its budget anew") {
    workbench bench;
    const saga_id id = bench.started();
    bench.answer("buy", 503);
    bench.settle();
    bench.advance(1ms);
    CHECK(bench.acts(id, operator_verb::retry) == refusal::none);
    CHECK(bench.record(id).calls[0].attempts == 0);
    CHECK(bench.record(id).calls[0].opened_at == bench.now);
    CHECK(bench.open_calls() == names{"buy:0"});
    bench.answer("buy", 202);
    bench.settle();
    CHECK(bench.acts(id, operator_verb::retry) == refusal::nothing_to_retry);
}

TEST_CASE("what nobody started is not found") {
    workbench bench;
    const saga_id id = saga_id::make("err", 1, 1, {1});
    CHECK(bench.acts(id, operator_verb::retry) == refusal::not_found);
    const ticket read = bench.read(id);
    CHECK(bench.find_reply(read)->why == refusal::not_found);
    CHECK(bench.engine->active() == 0);
}

TEST_CASE("a read shows only what is durable") {
    workbench bench;
    const saga_id id = bench.started();
    bench.answer("buy", 200);
    const ticket waiting = bench.read(id);
    CHECK(bench.find_reply(waiting) == nullptr);
    bench.settle();
    REQUIRE(bench.find_reply(waiting) != nullptr);
    CHECK(bench.find_reply(waiting)->why == refusal::none);
}
