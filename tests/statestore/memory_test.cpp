#include <catch2/catch.hpp>

#include "statestore/memory/store.hpp"
#include "tests/statestore/toy.hpp"

using namespace makegood;
using namespace makegood::statestore;
using toy::batch_of;
using toy::journey;

namespace {

struct opened_memory {
    definition_registry registry = toy::make_registry();
    memory_store store{registry};
    std::unique_ptr<journal_writer> writer = store.open_writer();
    std::unique_ptr<journal_reader> reader = store.open_reader();
};

}  // namespace

TEST_CASE("a store that was told to fail keeps nothing, and the same batch works afterwards") {
    const store_errc code = GENERATE(store_errc::full, store_errc::io);
    opened_memory memory;
    journey first(memory.registry, {.number = 1, .key = "key-1"});
    journey second(memory.registry, {.number = 2, .key = "key-2"});
    const batch wanted = batch_of({first.commit(), second.commit()});
    SECTION("every time until further notice") {
        memory.store.fail_commits(code);
        CHECK(memory.writer->commit(wanted).error().code == code);
        CHECK(memory.writer->commit(wanted).error().code == code);
        CHECK(memory.writer->forget_keys(never).error().code == code);
        memory.store.fail_commits({});
    }
    SECTION("once, half-way through") {
        memory.store.fail_next_commit(code);
        CHECK(memory.writer->commit(wanted).error().code == code);
    }
    CHECK(memory.store.commits_count() == 0);
    CHECK(memory.reader->unfinished()->empty());
    REQUIRE(memory.writer->commit(wanted));
    CHECK(memory.store.commits_count() == 1);
    CHECK(*memory.reader->load(first.id()) == first.record());
    CHECK(*memory.reader->load(second.id()) == second.record());
}

TEST_CASE("after a crash everything committed is there and the old writer is stale") {
    opened_memory memory;
    journey saga(memory.registry, {.number = 1});
    REQUIRE(memory.writer->commit(batch_of({saga.commit()})));
    memory.store.crash();
    saga.works();
    const batch next = batch_of({saga.commit()});
    CHECK(memory.writer->commit(next).error().code == store_errc::stale_owner);
    CHECK(memory.reader->load(saga.id())->sequence == 1);
    CHECK(memory.store.open_writer()->commit(next));
    CHECK(*memory.store.open_reader()->load(saga.id()) == saga.record());
}

TEST_CASE("a commit whose answer is lost is kept, and its writer is stale") {
    opened_memory memory;
    journey saga(memory.registry, {.number = 1});
    memory.store.lose_next_answer();
    CHECK(memory.writer->commit(batch_of({saga.commit()})).error().code == store_errc::io);
    CHECK(*memory.reader->load(saga.id()) == saga.record());
    CHECK(memory.writer->commit({}).error().code == store_errc::stale_owner);
}
