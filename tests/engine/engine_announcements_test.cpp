#include <catch2/catch.hpp>

#include "tests/engine/workbench.hpp"

using namespace makegood;
using namespace std::chrono_literals;
using test::workbench;
using names = std::vector<std::string>;

// What a saga tells the world outside. That a replay announces the same is checked by the workbench
// at every commit, here and in engine_random_test.cpp.
namespace {

engine_options announcing() {
    engine_options options;
    options.writes_outbox = true;
    options.retries.persistent = {
        .first_delay = 10ms,
        .delay_max = 100ms,
        .parks_after = 2,
        .parks_after_time = 60'000ms,
        .parked_delay = 1'000ms};
    return options;
}

void answer(workbench& bench, std::string_view call, unsigned status, std::string body = {}) {
    bench.answer(call, status, std::move(body));
    bench.settle();
}

void act(workbench& bench, const saga_id& id, operator_verb verb) {
    bench.submit(id, operator_acted{verb, "ann", "because"});
    bench.settle();
}

void complete(workbench& bench) {
    answer(bench, "buy", 200);
    answer(bench, "pay", 200);
    answer(bench, "thank", 200);
}

}  // namespace

TEST_CASE("a saga announces what its definition names, and its end, each in the commit of its entry"
) {
    workbench bench(1, announcing());
    const saga_id id = bench.started();
    CHECK(bench.told(id) == names{"1 errand.accepted"});
    answer(bench, "buy", 202);
    CHECK(bench.told(id) == names{"1 errand.accepted", "2 errand.asked_back"});
    bench.submit(id, signal_received{"shop", true, {}});
    bench.settle();
    answer(bench, "pay", 200);
    CHECK(bench.told(id).back() == "3 errand.bought");  // that it was paid is nobody's business
    answer(bench, "thank", 200);
    CHECK(bench.told(id).back() == "5 errand.completed");
    CHECK(bench.told(id).size() == 4);
}

TEST_CASE("an announcement is complete: the saga as of its entry, whose it is, when, and the trace"
) {
    workbench bench(1, announcing());
    const instant start = bench.now;
    const saga_id id = bench.started();
    bench.advance(7ms);
    answer(bench, "buy", 200);
    const std::vector<outbox_event> expected{
        {.type = "errand.accepted",
         .saga = id,
         .sequence = 1,
         .at = start,
         .customer = customer_id{"somebody"},
         .traceparent = "traced-k1",
         .data = R"({"status":"running","state":"buying"})"},
        {.type = "errand.bought",
         .saga = id,
         .sequence = 2,
         .at = start + 7ms,
         .customer = customer_id{"somebody"},
         .traceparent = "traced-k1",
         .data = R"({"status":"running","state":"paying"})"},
    };
    const bool is_as_expected = bench.announced(id) == expected;
    CHECK(is_as_expected);
}

TEST_CASE("a child announces its own start, for the same customer") {
    workbench bench(1, announcing());
    bench.started();
    complete(bench);
    const saga_id child = bench.only_saga("chi");
    CHECK(bench.told(child) == names{"1 chore.accepted"});
    const outbox_event& accepted = bench.announced(child).front();
    CHECK(accepted.saga == child);
    CHECK(accepted.customer.value == "somebody");
    CHECK(accepted.traceparent == "traced-k1");
}

TEST_CASE("a step that had nothing to call is passed in silence") {
    const std::size_t shops = 0;
    workbench bench(shops, announcing());
    const saga_id id = bench.started();
    CHECK(bench.record(id).state.value == "paying");
    CHECK(bench.told(id) == names{"1 errand.accepted"});
}

TEST_CASE("the end is announced of the entry that leads to it, however many steps it takes") {
    workbench bench(1, announcing());
    const saga_id id = bench.started();
    answer(bench, "buy", 409, "sold_out");
    CHECK(bench.journal(id) == names{"started", "sold_out"});
    CHECK(bench.told(id) == names{"1 errand.accepted", "2 errand.compensated"});
}

TEST_CASE("what a failed commit did not keep is announced once, with the next one") {
    workbench bench(1, announcing());
    const saga_id id = bench.started();
    bench.answer("buy", 200);
    bench.fail_commit();
    bench.fail_commit();
    CHECK(bench.told(id) == names{"1 errand.accepted"});
    bench.settle();
    CHECK(bench.told(id) == names{"1 errand.accepted", "2 errand.bought"});
    answer(bench, "pay", 200);
    CHECK(bench.told(id).size() == 2);
}

TEST_CASE("a saga that parks says so once, and again when it parks anew") {
    workbench bench(1, announcing());
    const saga_id id = bench.started();
    answer(bench, "buy", 200);
    answer(bench, "pay", 200);
    const auto fail = [&](duration later) {
        answer(bench, "thank", 503);
        bench.advance(later);
    };
    fail(100ms);
    CHECK(bench.told(id).back() == "2 errand.bought");
    fail(2'000ms);
    CHECK(bench.told(id).back() == "5 errand.parked");
    CHECK(bench.announced(id).back().data == R"({"status":"parked","state":"thanking"})");
    fail(2'000ms);
    fail(2'000ms);
    act(bench, id, operator_verb::park);
    CHECK(bench.told(id).back() == "5 errand.parked");
    act(bench, id, operator_verb::resume);
    fail(100ms);
    CHECK(bench.told(id).back() == "5 errand.parked");
    fail(2'000ms);
    CHECK(bench.journal(id).size() == 11);
    CHECK(bench.told(id).back() == "11 errand.parked");
    answer(bench, "thank", 200);
    CHECK(bench.told(id).back() == "12 errand.completed");
}

TEST_CASE("a saga that a person holds still announces what its answers bring, as a parked one") {
    workbench bench(1, announcing());
    const saga_id id = bench.started();
    act(bench, id, operator_verb::park);
    answer(bench, "buy", 200);
    CHECK(bench.told(id) == names{"1 errand.accepted", "2 errand.parked", "3 errand.bought"});
    CHECK(bench.announced(id).back().data == R"({"status":"parked","state":"paying"})");
}

TEST_CASE("after its end a saga announces nothing more") {
    workbench bench(1, announcing());
    const saga_id id = bench.started();
    complete(bench);
    act(bench, id, operator_verb::cancel);
    CHECK(bench.journal(id).back() == "cancel_requested");
    CHECK(bench.told(id).back() == "4 errand.completed");
}

TEST_CASE("without a publisher nothing is announced") {
    workbench bench;
    const saga_id id = bench.started();
    complete(bench);
    CHECK(bench.announced(id).empty());
    CHECK(bench.announced(bench.only_saga("chi")).empty());
}
