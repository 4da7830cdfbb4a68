// What every store must do with sagas whose retention is over.

#include <catch2/catch.hpp>

#include "tests/statestore/each_store.hpp"

using namespace makegood;
using namespace makegood::statestore;
using toy::beginning;
using toy::journey;

FOR_EACH_STORE("only what ended before the moment is pruned, some at a time, and counted no more") {
    opened_store<TestType> store;
    journey open(store.registry, {.number = 1});
    journey old(store.registry, {.number = 2});
    journey older(store.registry, {.number = 3});
    journey recent(store.registry, {.number = 4, .at = beginning + duration{9'000}});
    old.works();
    older.is_refused();
    recent.works();
    store.commit({open.commit(), old.commit(), older.commit(), recent.commit()});
    const instant moment = beginning + duration{5'000};
    CHECK(store.prune_all(beginning).empty());
    const pruning first = *store.writer->prune(moment, 1);
    REQUIRE(first.sagas.size() == 1);
    CHECK(first.more);
    CHECK(first.sagas[0].id == old.id());
    CHECK(first.sagas[0].status == saga_status::completed);
    const pruning second = *store.writer->prune(moment, 10);
    REQUIRE(second.sagas.size() == 1);
    CHECK_FALSE(second.more);
    CHECK(second.sagas[0].id == older.id());
    CHECK(second.sagas[0].status == saga_status::failed);
    CHECK(store.prune_all(moment).empty());
    CHECK_FALSE(store.knows(old.id()));
    CHECK_FALSE(store.knows(older.id()));
    CHECK(store.list({}) == ids{recent.id(), open.id()});
    const auto numbers = store.reader->statistics();
    CHECK(numbers->journal_entries == 3);
    CHECK(numbers->sagas_by_status.size() == 2);
}

FOR_EACH_STORE("what is still needed of an ended saga keeps it from being pruned") {
    opened_store<TestType> store;
    journey keyed(store.registry, {.number = 1, .key = "key-1"});
    journey parent(store.registry, {.number = 3});
    journey child(store.registry, {.number = 3, .saga = "pet"});
    keyed.works();
    parent.works();
    store.commit({keyed.commit(), parent.commit(), child.commit()});
    CHECK(store.prune_all(never).empty());
    store.commit({child.works().commit()});
    CHECK(store.prune_all(never) == ids{child.id(), parent.id()});
    CHECK(store.knows(keyed.id()));
    REQUIRE(*store.writer->forget_keys(never) == 1);
    CHECK(store.prune_all(never) == ids{keyed.id()});
    CHECK_FALSE(store.knows(keyed.id()));
}

FOR_EACH_STORE(
    "what comes to a pruned saga is left out and named, and the rest of its batch is kept"
) {
    opened_store<TestType> store;
    journey old(store.registry, {.number = 1, .key = "key-1"});
    journey other(store.registry, {.number = 2});
    store.commit({old.works().commit(), other.commit()});
    REQUIRE(*store.writer->forget_keys(never) == 1);
    REQUIRE(store.prune_all(never) == ids{old.id()});
    old.happens(signal_received{"work", true, ""});
    journey fresh(store.registry, {.number = 3, .key = "key-1"});
    const auto receipt = store.commit({other.works().commit(), old.commit(), fresh.commit()});
    CHECK(receipt.gone == ids{old.id()});
    CHECK(receipt.conflicts.empty());
    CHECK_FALSE(store.knows(old.id()));
    CHECK(store.reader->journal(old.id()).error().code == store_errc::not_found);
    CHECK(*store.reader->load(other.id()) == other.record());
    CHECK(store.knows(fresh.id()));
    CHECK(store.reader->statistics()->journal_entries == 3);
}

FOR_EACH_STORE(
    "a child that a pruned saga starts is left out with it, and one that was there is not"
) {
    opened_store<TestType> store;
    journey parent(store.registry, {.number = 1});
    journey late_child(store.registry, {.number = 1, .saga = "pet"});
    store.commit({parent.works().commit()});
    REQUIRE(store.prune_all(never) == ids{parent.id()});
    parent.happens(signal_received{"work", true, ""});
    const auto receipt = store.commit({parent.commit(), late_child.commit()});
    CHECK(receipt.gone == ids{parent.id()});
    CHECK_FALSE(store.knows(late_child.id()));
    CHECK(store.reader->unfinished()->empty());

    journey elder(store.registry, {.number = 2});
    journey sibling(store.registry, {.number = 2, .saga = "pet"});
    store.commit({elder.works().commit(), sibling.works().commit()});
    // By the key of the table one of the two goes first.
    const pruning first = *store.writer->prune(never, 1);
    REQUIRE(first.sagas.size() == 1);
    journey& gone = first.sagas[0].id == elder.id() ? elder : sibling;
    journey& kept = first.sagas[0].id == elder.id() ? sibling : elder;
    gone.happens(signal_received{"work", true, ""});
    kept.happens(signal_received{"work", true, ""});
    CHECK(store.commit({gone.commit(), kept.commit()}).gone == ids{gone.id()});
    CHECK(*store.reader->load(kept.id()) == kept.record());
}

FOR_EACH_STORE("entries of a saga that never was, or has not ended, are no pruned saga's") {
    opened_store<TestType> store;
    journey unknown(store.registry, {.number = 1});
    static_cast<void>(unknown.commit());  // never sent to the store
    unknown.fails_once();
    CHECK(store.commit_error({unknown.commit()}) == store_errc::corrupt);
    journey ahead(store.registry, {.number = 2});
    store.commit({ahead.commit()});
    static_cast<void>(ahead.works().commit());  // nor this
    ahead.happens(signal_received{"work", true, ""});
    CHECK(store.commit_error({ahead.commit()}) == store_errc::corrupt);
}

FOR_EACH_STORE("a writer that another has replaced prunes nothing") {
    opened_store<TestType> store;
    journey old(store.registry, {.number = 1});
    store.commit({old.works().commit()});
    const auto successor = store.fixture.writer();
    CHECK(store.writer->prune(never, 10).error().code == store_errc::stale_owner);
    CHECK(store.knows(old.id()));
}
