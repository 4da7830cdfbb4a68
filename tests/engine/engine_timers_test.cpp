#include <catch2/catch.hpp>

#include "tests/engine/workbench.hpp"

using namespace makegood;
using namespace std::chrono_literals;
using test::workbench;

// Timers that are due by the thousand, and whom they bring into memory.
namespace {

engine_options with_room_for(std::size_t sagas) {
    engine_options options;
    options.active_sagas_max = sagas;
    return options;
}

// So many sagas that wait for somebody until the same moment, and sleep in the store.
instant leave_dormant(workbench& bench, int sagas, duration until = 60'000ms) {
    variables inputs;
    inputs.set("expires_ms", until.count());
    for (int number = 0; number < sagas; ++number) {
        bench.start("sleeper " + std::to_string(number), inputs);
        bench.settle();
        bench.answer("buy", 202, "ask them");
        bench.settle();
    }
    REQUIRE(bench.engine->active() == 0);
    return bench.now + until;
}

// What the loop around an engine does with time. Returns whether anything was due.
bool wake(workbench& bench) {
    if (bench.engine->next_wake() > bench.now) return false;
    bench.engine->tick(bench.now);
    bench.settle();
    return true;
}

}  // namespace

TEST_CASE("a thousand timers that are due at once bring in what fits, and then the next ones") {
    constexpr std::size_t room = 64;
    workbench bench(1, with_room_for(room));
    const instant due = leave_dormant(bench, 1'000);
    if (GENERATE(false, true)) bench.restart();
    CHECK(bench.engine->next_wake() == due);
    bench.now = due;
    std::size_t undone = 0;
    while (wake(bench)) {
        // Nothing more is due until one of these has gone: the loop may sleep.
        CHECK(bench.engine->next_wake() > bench.now);
        CHECK(bench.engine->woken() <= room / 2);
        CHECK(bench.engine->active() <= room / 2);
        const ticket other = bench.start("start " + std::to_string(undone));
        bench.settle();
        CHECK(bench.find_reply(other)->why == refusal::none);
        bench.answer("buy", 409, "sold_out");
        bench.settle();
        while (!bench.calls.empty()) {
            bench.answer("give_back", 200);
            ++undone;
        }
        bench.settle();
    }
    CHECK(undone == 1'000);
    CHECK(bench.engine->next_wake() == never);
    CHECK(bench.engine->active() == 0);
    CHECK(bench.engine->woken() == 0);
}

TEST_CASE("starts that fill the memory and stay there do not hold up the timers") {
    workbench bench(1, with_room_for(8));
    const instant due = leave_dormant(bench, 20);
    bench.now = due - 1ms;
    for (int number = 0; number < 8; ++number)
        bench.start("start " + std::to_string(number));
    bench.settle();
    REQUIRE(bench.calls.size() == 8);
    CHECK(bench.find_reply(bench.start("one more"))->why == refusal::overloaded);
    bench.now = due;
    int undone = 0;
    while (wake(bench)) {
        CHECK(bench.engine->active() <= 8 + 8 / limits::woken_part);
        for (; bench.calls.size() > 8; ++undone)
            bench.answer("give_back", 200);
        bench.settle();
    }
    CHECK(undone == 20);
    // The other way round: they have gone, and leave all of it to starts again.
    for (int number = 0; number < 8; ++number)
        bench.answer("buy", 409, "sold_out");
    bench.settle();
    const ticket after = bench.start("one more");
    bench.settle();
    CHECK(bench.find_reply(after)->why == refusal::none);
}

TEST_CASE("a saga in memory is looked at in time, however many wait for room") {
    workbench bench(1, with_room_for(2));
    bench.now = leave_dormant(bench, 3) - 1ms;
    bench.start("k1");
    bench.settle();
    bench.answer("buy", 503);
    bench.settle();
    REQUIRE(bench.calls.empty());
    bench.now += 1ms;
    REQUIRE(wake(bench));
    REQUIRE(bench.calls.size() == 1);  // of one that slept: for the others there is no room
    const instant again = bench.engine->next_wake();
    REQUIRE(again > bench.now);
    while (bench.calls.size() == 1) {
        REQUIRE(bench.engine->next_wake() < never);
        bench.advance(bench.engine->next_wake() - bench.now);
    }
    CHECK(bench.calls[1].call.call.value == "buy");
    CHECK(bench.calls[1].failed == 1);
}

TEST_CASE("a child takes over the room of the saga that a timer brought in") {
    workbench bench(1, with_room_for(2));
    bench.start("k1");
    bench.settle();
    bench.answer("buy", 200);
    bench.settle();
    bench.restart();
    CHECK(bench.engine->woken() == 1);
    bench.answer("pay", 200);
    bench.settle();
    bench.answer("thank", 200);
    bench.settle();
    CHECK(bench.record(bench.only_saga("chi")).status() == saga_status::running);
    CHECK(bench.engine->active() == 1);
    CHECK(bench.engine->woken() == 1);
}

TEST_CASE("a saga that is only read goes back to sleep and wakes in time") {
    workbench bench(1, with_room_for(2));
    const instant due = leave_dormant(bench, 1);
    bench.read(bench.only_saga());
    CHECK(bench.engine->active() == 0);
    CHECK(bench.engine->next_wake() == due);
    bench.now = due;
    REQUIRE(wake(bench));
    CHECK(bench.loads == 2);
    CHECK(bench.open_calls() == std::vector<std::string>{"buy:0:undo"});
}

TEST_CASE("a saga whose customer has answered is not brought in once more for the old deadline") {
    workbench bench;
    const instant due = leave_dormant(bench, 1);
    if (GENERATE(false, true)) bench.restart();
    bench.submit(bench.only_saga(), signal_received{"shop", true, {}});
    bench.settle();
    for (const char* call : {"pay", "thank", "buy", "pay", "thank"}) {
        bench.answer(call, 200);
        bench.settle();
    }
    CHECK(bench.record(bench.only_saga()).status() == saga_status::completed);
    CHECK(bench.engine->next_wake() == never);
    bench.advance(due - bench.now);
    CHECK(bench.loads == 1);
}

TEST_CASE("a saga that cannot be read is looked at once in a while, however many ask for it") {
    workbench bench;
    const instant due = leave_dormant(bench, 1);
    const saga_id id = bench.only_saga();
    bench.reads_fail = true;
    for (int reader = 0; reader < 3; ++reader) {
        CHECK(bench.find_reply(bench.read(id))->why == refusal::store_unavailable);
        CHECK(bench.engine->next_wake() == due);
        bench.advance(1ms);
    }
    bench.loads = 0;
    bench.advance(due - bench.now);
    CHECK(bench.loads == 1);
    const instant again = due + limits::unreadable_pause;
    CHECK(bench.find_reply(bench.read(id))->why == refusal::store_unavailable);
    CHECK(bench.engine->next_wake() == again);
    bench.loads = 0;
    bench.reads_fail = false;
    bench.advance(again - bench.now);
    CHECK(bench.loads == 1);
    CHECK(bench.open_calls() == std::vector<std::string>{"buy:0:undo"});
}
