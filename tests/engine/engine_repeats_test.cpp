#include <algorithm>
#include <catch2/catch.hpp>

#include "engine/answered_commands.hpp"
#include "tests/engine/workbench.hpp"

using namespace makegood;
using test::workbench;

namespace {

operator_acted cancels() {
    return {operator_verb::cancel, "ann", "changed her mind"};
}

saga_id started(workbench& bench) {
    bench.start("k1");
    bench.settle();
    return bench.only_saga();
}

// What the command of that key is told.
refusal told(workbench& bench, const saga_id& id, command what, std::string_view key) {
    const ticket of = bench.submit(id, std::move(what), key);
    bench.settle();
    REQUIRE(bench.find_reply(of) != nullptr);
    return bench.find_reply(of)->why;
}

std::ptrdiff_t entries(workbench& bench, const saga_id& id, const std::string& name) {
    const std::vector<std::string> all = bench.journal(id);
    return std::count(all.begin(), all.end(), name);
}

}  // namespace

TEST_CASE("a command that comes again is told what it was told, and does nothing") {
    workbench bench;
    const saga_id id = started(bench);
    CHECK(told(bench, id, cancels(), "c-1") == refusal::none);
    bench.calls.erase(bench.calls.begin());
    bench.answer("give_back", 200);
    bench.settle();
    REQUIRE(bench.record(id).ended());
    CHECK(told(bench, id, cancels(), "c-1") == refusal::none);
    CHECK(entries(bench, id, "cancel_requested") == 1);
    // Another one is judged for itself.
    CHECK(told(bench, id, cancels(), "c-2") == refusal::already_ended);
    CHECK(told(bench, id, cancels(), {}) == refusal::already_ended);
}

TEST_CASE("a command that was refused stays refused, in the same words") {
    workbench bench;
    const saga_id id = started(bench);
    const ticket first = bench.submit(id, signal_received{"shop", true, {}}, "s-1");
    bench.settle();
    CHECK(bench.find_reply(first)->why == refusal::signal_not_expected);
    const std::string detail = bench.find_reply(first)->detail;
    bench.answer("buy", 202);
    bench.settle();
    const ticket again = bench.submit(id, signal_received{"shop", true, {}}, "s-1");
    bench.settle();
    CHECK(bench.find_reply(again)->why == refusal::signal_not_expected);
    CHECK(bench.find_reply(again)->detail == detail);
}

TEST_CASE("what a command was told outlives the engine that told it") {
    workbench bench;
    const saga_id id = started(bench);
    CHECK(told(bench, id, cancels(), "c-1") == refusal::none);
    bench.restart();
    bench.settle();
    CHECK(told(bench, id, cancels(), "c-1") == refusal::none);
    CHECK(entries(bench, id, "cancel_requested") == 1);
}

TEST_CASE("a command that comes again before its commit is not told sooner than the first") {
    workbench bench;
    const saga_id id = started(bench);
    const ticket first = bench.submit(id, cancels(), "c-1");
    const ticket again = bench.submit(id, cancels(), "c-1");
    CHECK(bench.find_reply(first) == nullptr);
    CHECK(bench.find_reply(again) == nullptr);
    bench.settle();
    REQUIRE(bench.find_reply(again) != nullptr);
    CHECK(bench.find_reply(again)->replayed);
    CHECK(entries(bench, id, "cancel_requested") == 1);
}

TEST_CASE("a saga remembers the newest answers only") {
    variables learnt;
    const auto key = [](std::size_t number) {
        return idempotency_key{"c-" + std::to_string(number)};
    };
    for (std::size_t i = 0; i <= limits::answered_commands_max; ++i)
        note_answer(learnt, {key(i), refusal::past_pivot, "in\nstate " + std::to_string(i)});
    CHECK_FALSE(find_answer(learnt, key(0)).has_value());
    REQUIRE(find_answer(learnt, key(1)).has_value());
    CHECK(find_answer(learnt, key(1))->why == refusal::past_pivot);
    CHECK(find_answer(learnt, key(1))->detail == "in state 1");
    CHECK(find_answer(learnt, key(limits::answered_commands_max)).has_value());
    CHECK_FALSE(find_answer(learnt, idempotency_key{"c"}).has_value());
}
