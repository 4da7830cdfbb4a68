#include <algorithm>
#include <catch2/catch.hpp>

#include "engine/done_commands.hpp"
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

TEST_CASE("a command that was done and comes again is told so, and does nothing") {
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

TEST_CASE("a command that came too early is judged anew when it comes again") {
    workbench bench;
    const saga_id id = started(bench);
    const signal_received word{"shop", true, {}};
    CHECK(told(bench, id, word, "s-1") == refusal::signal_not_expected);
    bench.answer("buy", 202);
    bench.settle();
    CHECK(told(bench, id, word, "s-1") == refusal::none);
    CHECK(told(bench, id, word, "s-1") == refusal::none);
}

TEST_CASE("that a command was done outlives the engine that did it") {
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

TEST_CASE("a saga remembers the newest 64 commands only, each by its whole key") {
    variables learnt;
    const auto key = [](std::size_t number) {
        return idempotency_key{"c-" + std::to_string(number)};
    };
    for (std::size_t i = 0; i <= 64; ++i)
        note_done(learnt, key(i));
    CHECK_FALSE(was_done(learnt, key(0)));
    CHECK(was_done(learnt, key(1)));
    CHECK(was_done(learnt, key(64)));
    for (const char* part : {"c", "c-", "-64", "64", "c-65"})
        CHECK_FALSE(was_done(learnt, idempotency_key{part}));
    note_done(learnt, idempotency_key{"two\nlines"});
    CHECK(was_done(learnt, idempotency_key{"two\nlines"}));
    CHECK_FALSE(was_done(learnt, idempotency_key{"lines"}));
    CHECK_FALSE(was_done(learnt, key(1)));
    CHECK(was_done(learnt, key(2)));
}
