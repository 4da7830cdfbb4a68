#include <catch2/catch.hpp>

#include "tests/engine/workbench.hpp"

using namespace makegood;
using namespace std::chrono_literals;
using test::workbench;

TEST_CASE("nothing leaves before the start is durable") {
    workbench bench;
    const ticket asked = bench.start("k1");
    CHECK(bench.calls.empty());
    CHECK(bench.find_reply(asked) == nullptr);
    const batch* changes = bench.engine->take_batch(bench.now);
    REQUIRE(changes != nullptr);
    CHECK(bench.engine->take_actions().empty());
    CHECK(bench.engine->take_batch(bench.now) == nullptr);
    bench.engine->committed({}, bench.now);
    const auto actions = bench.engine->take_actions();
    REQUIRE(actions.size() == 3);
    CHECK(std::get<saga_changed>(actions[0]).created);
    CHECK(std::get<reply>(actions[1]).to == asked);
    CHECK(std::get<perform_call>(actions[2]).call.call.value == "buy");
}

TEST_CASE("a saga runs to its end and starts its child in the same commit") {
    workbench bench;
    bench.start("k1");
    bench.settle();
    bench.answer("buy", 200, "bought it");
    bench.settle();
    bench.answer("pay", 200);
    bench.settle();
    CHECK(bench.record(bench.only_saga()).status() == saga_status::running);
    bench.answer("thank", 200);
    bench.settle();
    const saga_record saga = bench.record(bench.only_saga());
    CHECK(saga.status() == saga_status::completed);
    CHECK(saga.text("said") == "bought it");
    const saga_record child = bench.record(bench.only_saga("chi"));
    CHECK(child.status() == saga_status::running);
    CHECK(child.text("parent") == saga.id.text());
    CHECK(bench.changes.back().id == child.id);
    CHECK(bench.open_calls() == std::vector<std::string>{"buy:0"});
    CHECK(bench.engine->counters().violations == 0);
}

TEST_CASE("a child may be asked for before its parent starts it") {
    workbench bench;
    bench.start("k1");
    bench.settle();
    const saga_id child = bench.only_saga().with_prefix("chi");
    bench.answer("buy", 200);
    bench.settle();
    bench.answer("pay", 200);
    bench.settle();
    const ticket early = 100;
    bench.engine->read(child, early, bench.now);
    const auto actions = bench.engine->take_actions();
    REQUIRE(actions.size() == 1);
    CHECK(std::get<load_saga>(actions[0]).id == child);
    bench.answer("thank", 200);  // before the store has answered
    const bool while_committing = GENERATE(true, false);
    if (!while_committing) bench.settle();
    bench.engine->loaded(child, store_error{store_errc::not_found, "no such saga"}, bench.now);
    bench.settle();
    REQUIRE(bench.find_reply(early) != nullptr);
    CHECK(bench.replied_saga(early).id == child);
    CHECK(bench.open_calls() == std::vector<std::string>{"buy:0"});
}

TEST_CASE("twins that arrive together are one saga, and the second is told so") {
    workbench bench;
    const ticket first = bench.start("k1");
    const ticket second = bench.start("k1");
    const ticket other = bench.start("k1", {}, 1);
    CHECK(bench.find_reply(other) == nullptr);  // whose the key is, the store says
    bench.settle();
    CHECK(bench.find_reply(other)->why == refusal::idempotency_key_reused);
    CHECK_FALSE(bench.find_reply(first)->replayed);
    CHECK(bench.find_reply(second)->replayed);
    CHECK(bench.calls.size() == 1);
    CHECK(bench.only_saga() == bench.calls[0].id);
}

TEST_CASE("a twin that arrives while the first is being committed waits for it") {
    workbench bench;
    bench.start("k1");
    REQUIRE(bench.engine->take_batch(bench.now) != nullptr);
    const ticket second = bench.start("k1");
    CHECK(bench.find_reply(second) == nullptr);
    bench.engine->commit_failed({store_errc::io, "broken"}, bench.now);
    bench.settle();
    CHECK(bench.find_reply(second)->why == refusal::store_unavailable);
}

TEST_CASE("a key that the store knows is answered with its saga, another payload is refused") {
    workbench bench;
    bench.start("k1");
    bench.settle();
    const saga_id id = bench.only_saga();
    const ticket again = bench.start("k1");
    const ticket twin = bench.start("k1");
    bench.settle();
    CHECK(bench.find_reply(again)->replayed);
    CHECK(bench.find_reply(again)->why == refusal::none);
    CHECK(bench.find_reply(twin)->replayed);
    const ticket other = bench.start("k1", {}, 1);
    bench.settle();
    CHECK(bench.find_reply(other)->why == refusal::idempotency_key_reused);
    CHECK(bench.only_saga() == id);
    CHECK(bench.calls.size() == 1);
    CHECK(bench.engine->active() == 1);
}

TEST_CASE("a wrong payload on its way does not take the key from the right one") {
    workbench bench;
    bench.start("k1");
    bench.settle();
    const saga_id id = bench.only_saga();
    const ticket wrong = bench.start("k1", {}, 1);
    const ticket right = bench.start("k1");
    const ticket also_wrong = bench.start("k1", {}, 2);
    bench.settle();
    CHECK(bench.find_reply(wrong)->why == refusal::idempotency_key_reused);
    CHECK(bench.find_reply(also_wrong)->why == refusal::idempotency_key_reused);
    REQUIRE(bench.find_reply(right)->why == refusal::none);
    CHECK(bench.find_reply(right)->replayed);
    CHECK(bench.replied_saga(right).id == id);
}

TEST_CASE("rivals for a key whose commit fails may come again") {
    workbench bench;
    bench.start("k1");
    const ticket rival = bench.start("k1", {}, 1);
    bench.fail_commit();
    CHECK(bench.find_reply(rival)->why == refusal::store_unavailable);
}

TEST_CASE("a start that cannot be committed was never accepted") {
    workbench bench;
    const ticket refused = bench.start("k1");
    bench.fail_commit();
    CHECK(bench.find_reply(refused)->why == refusal::store_unavailable);
    CHECK(bench.engine->active() == 0);
    CHECK_FALSE(bench.engine->healthy());
    const ticket early = bench.start("k2");
    CHECK(bench.find_reply(early)->why == refusal::store_unavailable);
    // An empty commit proves that the store works again.
    bench.settle();
    CHECK(bench.engine->healthy());
    const ticket accepted = bench.start("k1");
    bench.settle();
    CHECK(bench.find_reply(accepted)->why == refusal::none);
    CHECK_FALSE(bench.find_reply(accepted)->replayed);
}

TEST_CASE("a transition that cannot be committed stays and has no effect until it is") {
    workbench bench;
    bench.start("k1");
    bench.settle();
    bench.answer("buy", 200);
    bench.fail_commit();
    bench.fail_commit();
    CHECK(bench.calls.empty());
    CHECK(bench.record(bench.only_saga()).state.value == "buying");
    bench.settle();
    CHECK(bench.open_calls() == std::vector<std::string>{"pay:0"});
}

TEST_CASE("a lane takes only so many sagas at once") {
    engine_options options;
    options.active_sagas_max = 2;
    workbench bench(1, options);
    bench.start("k1");
    bench.start("k2");
    const ticket third = bench.start("k3");
    CHECK(bench.find_reply(third)->why == refusal::overloaded);
    bench.settle();
    for (const char* call : {"buy", "buy"})
        bench.answer(call, 409, "sold_out");
    bench.settle();
    const ticket fourth = bench.start("k4");
    bench.settle();
    CHECK(bench.find_reply(fourth)->why == refusal::none);
}

TEST_CASE("after a crash every open call is sent again with its same key") {
    workbench bench(2);
    bench.start("k1");
    bench.settle();
    const auto before = bench.open_calls();
    CHECK(before == std::vector<std::string>{"buy:0", "buy:1"});
    bench.restart();
    CHECK(bench.open_calls() == before);
    bench.answer("buy", 200);
    bench.settle();
    bench.restart();
    CHECK(bench.open_calls() == std::vector<std::string>{"buy:1"});
    bench.answer("buy", 200);
    bench.settle();
    CHECK(bench.open_calls() == std::vector<std::string>{"pay:0"});
}

TEST_CASE("so many others may wait for a key whose start is not durable, and no more") {
    workbench bench;
    bench.start("k1");
    std::vector<ticket> rivals;
    for (std::size_t i = 0; i <= limits::inbox_max; ++i)
        rivals.push_back(bench.start("k1", {}, 1));
    bench.settle();
    CHECK(bench.find_reply(rivals.front())->why == refusal::idempotency_key_reused);
    CHECK(bench.find_reply(rivals.back())->why == refusal::overloaded);
}

TEST_CASE("of the sagas that have ended the oldest leaves memory first") {
    workbench bench;
    std::vector<saga_id> ended;
    for (std::size_t i = 0; i <= limits::lingering_max; ++i) {
        const ticket asked = bench.start("k" + std::to_string(i));
        bench.settle();
        ended.push_back(bench.replied_saga(asked).id);
        bench.answer("buy", 409, "no");
        bench.settle();
        REQUIRE(bench.record(ended.back()).ended());
        bench.advance(1ms);
    }
    CHECK(bench.engine->active() == 0);
    const std::size_t loads = bench.loads;
    bench.read(ended.back());
    bench.settle();
    CHECK(bench.loads == loads);
    bench.read(ended.front());
    bench.settle();
    CHECK(bench.loads == loads + 1);
}
