// Ended sagas that the store has removed while the engine still knows them.

#include <catch2/catch.hpp>

#include "tests/engine/workbench.hpp"

using namespace makegood;
using test::workbench;

namespace {

saga_id started(workbench& bench, std::string_view key) {
    const ticket of = bench.start(key);
    bench.settle();
    return bench.replied_saga(of).id;
}

// One that was refused at its first step.
saga_id ended(workbench& bench, std::string_view key) {
    bench.now += duration{1};  // another id
    const saga_id id = started(bench, key);
    bench.answer("buy", 409);
    bench.settle();
    REQUIRE(bench.record(id).ended());
    return id;
}

command cancelled() {
    return operator_acted{operator_verb::cancel, "ann", "because"};
}

refusal told(const workbench& bench, ticket of) {
    REQUIRE(bench.find_reply(of) != nullptr);
    return bench.find_reply(of)->why;
}

std::vector<pruned_saga> only(const saga_id& id) {
    return {{id, saga_status::failed}};
}

}  // namespace

TEST_CASE("a command to a pruned saga is answered with not found, and the rest of its commit counts"
) {
    workbench bench;
    const saga_id old = ended(bench, "k1");
    const saga_id other = started(bench, "k2");
    bench.prune(old);
    const ticket in_vain = bench.submit(old, cancelled());
    bench.answer("buy", 200);
    bench.settle();
    CHECK(told(bench, in_vain) == refusal::not_found);
    CHECK(bench.record(other).state.value == "paying");
    CHECK(bench.engine->healthy());
    // It is forgotten: whoever asks now is told by the store.
    CHECK(told(bench, bench.read(old)) == refusal::not_found);
    CHECK(bench.engine->active() == 1);
}

TEST_CASE("what waits for a saga behind a commit that finds it pruned is answered as well") {
    workbench bench;
    const saga_id old = ended(bench, "k1");
    bench.prune(old);
    const ticket first = bench.submit(old, cancelled());
    REQUIRE(bench.engine->take_batch(bench.now) != nullptr);
    const ticket behind = bench.submit(old, cancelled());
    const ticket reads = bench.read(old);
    commit_receipt receipt;
    receipt.gone.push_back(old);
    bench.engine->committed(receipt, bench.now);
    bench.settle();
    for (const ticket each : {first, behind, reads})
        CHECK(told(bench, each) == refusal::not_found);
    CHECK(bench.engine->quiescent());
}

TEST_CASE("a pruned saga is shown from memory no more") {
    workbench bench;
    const saga_id old = ended(bench, "k1");
    CHECK(told(bench, bench.read(old)) == refusal::none);
    CHECK(bench.loads == 0);
    bench.prune(old);
    bench.engine->pruned(only(old));
    CHECK(bench.engine->active() == 0);
    CHECK(told(bench, bench.read(old)) == refusal::not_found);
    CHECK(bench.loads == 1);
}

TEST_CASE("an answer that was given shows its saga although that is pruned before it is taken") {
    workbench bench;
    const saga_id old = ended(bench, "k1");
    const saga_record before = bench.record(old);
    bench.engine->read(old, 77, bench.now);
    bench.engine->pruned(only(old));
    const auto actions = bench.engine->take_actions();
    REQUIRE(actions.size() == 1);
    CHECK(*std::get<reply>(actions[0]).saga == before);
}

TEST_CASE("a saga that is pruned while it is being read is not found, and does not linger") {
    workbench bench;
    const saga_id old = ended(bench, "k1");
    const saga_record read_before = bench.record(old);
    bench.restart();
    bench.engine->read(old, 77, bench.now);
    REQUIRE(bench.engine->take_actions().size() == 1);
    bench.prune(old);
    bench.engine->pruned(only(old));
    bench.engine->loaded(old, read_before, bench.now);
    const auto actions = bench.engine->take_actions();
    REQUIRE(actions.size() == 1);
    CHECK(std::get<reply>(actions[0]).why == refusal::not_found);
    CHECK(told(bench, bench.read(old)) == refusal::not_found);
}

TEST_CASE("a saga with entries under way when it is pruned learns it from their commit") {
    workbench bench;
    const saga_id old = ended(bench, "k1");
    bench.prune(old);
    const ticket in_vain = bench.submit(old, cancelled());
    bench.engine->pruned(only(old));
    CHECK(bench.find_reply(in_vain) == nullptr);
    bench.fail_commit();
    bench.settle();
    CHECK(told(bench, in_vain) == refusal::not_found);
    CHECK(bench.engine->quiescent());
}

TEST_CASE("pruned sagas make room among those that linger") {
    workbench bench;
    std::vector<saga_id> old;
    for (std::size_t number = 0; number < 200; ++number)
        old.push_back(ended(bench, "k" + std::to_string(number)));
    for (const saga_id& each : old)
        bench.engine->pruned(only(each));
    CHECK(bench.engine->active() == 0);
    // A thousand more push nobody out who is gone already.
    for (std::size_t number = 0; number < limits::lingering_max + 1; ++number)
        ended(bench, "l" + std::to_string(number));
    CHECK(bench.engine->active() == 0);
}
