// What every store must do (engine/ports/journal.hpp), run against each of them.

#include <catch2/catch.hpp>

#include <set>

#include "tests/statestore/each_store.hpp"

using namespace makegood;
using namespace makegood::statestore;
using toy::batch_of;
using toy::beginning;
using toy::journey;

FOR_EACH_STORE("a committed saga is read as it was, with its journal") {
    opened_store<TestType> store;
    journey saga(store.registry, {.number = 1, .key = "key-1"});
    store.commit({saga.commit()});
    CHECK(*store.reader->load(saga.id()) == saga.record());
    saga.fails_once().works();
    store.commit({saga.commit()});
    const auto loaded = store.reader->load(saga.id());
    REQUIRE(loaded);
    CHECK(*loaded == saga.record());
    CHECK(record_bytes(*loaded) == record_bytes(saga.record()));
    CHECK(*store.reader->journal(saga.id()) == saga.entries());
}

FOR_EACH_STORE("a saga that was never committed is not found") {
    opened_store<TestType> store;
    CHECK(store.reader->load(toy::id_of(1)).error().code == store_errc::not_found);
    CHECK(store.reader->journal(toy::id_of(1)).error().code == store_errc::not_found);
}

FOR_EACH_STORE("an empty batch proves that the store can commit") {
    opened_store<TestType> store;
    CHECK(store.commit({}).conflicts.empty());
}

FOR_EACH_STORE("a claim that the store holds leaves its saga out and names the first") {
    opened_store<TestType> store;
    journey first(store.registry, {.number = 1, .key = "key-1", .fingerprint = 1});
    store.commit({first.commit()});
    journey second(store.registry, {.number = 2, .key = "key-1", .fingerprint = 2});
    journey other(store.registry, {.number = 3, .key = "key-2"});
    const commit_receipt receipt = store.commit({second.commit(), other.commit()});
    REQUIRE(receipt.conflicts.size() == 1);
    CHECK(receipt.conflicts[0].refused == second.id());
    CHECK(receipt.conflicts[0].existing == first.id());
    CHECK(receipt.conflicts[0].existing_fingerprint[0] == 1);
    CHECK_FALSE(store.knows(second.id()));
    CHECK(store.knows(other.id()));
}

FOR_EACH_STORE("of two claims in one batch the first one wins") {
    opened_store<TestType> store;
    journey first(store.registry, {.number = 1, .key = "key-1", .fingerprint = 1});
    journey second(store.registry, {.number = 2, .key = "key-1", .fingerprint = 2});
    journey third(store.registry, {.number = 3, .key = "key-1", .fingerprint = 3});
    const auto receipt = store.commit({first.commit(), second.commit(), third.commit()});
    REQUIRE(receipt.conflicts.size() == 2);
    for (const claim_conflict& conflict : receipt.conflicts) {
        CHECK(conflict.existing == first.id());
        CHECK(conflict.existing_fingerprint[0] == 1);
    }
    CHECK(store.knows(first.id()));
    CHECK_FALSE(store.knows(second.id()));
}

FOR_EACH_STORE("what follows of a refused saga's family in the batch is left out with it") {
    opened_store<TestType> store;
    journey first(store.registry, {.number = 1, .key = "key-1"});
    store.commit({first.commit()});
    journey parent(store.registry, {.number = 2, .key = "key-1"});
    journey child(store.registry, {.number = 2, .saga = "pet"});
    journey stranger(store.registry, {.number = 3, .saga = "pet"});
    const auto receipt = store.commit({parent.commit(), child.commit(), stranger.commit()});
    REQUIRE(receipt.conflicts.size() == 1);
    CHECK_FALSE(store.knows(parent.id()));
    CHECK_FALSE(store.knows(child.id()));
    CHECK(store.knows(stranger.id()));
}

FOR_EACH_STORE("keys of two customers never collide") {
    opened_store<TestType> store;
    journey first(store.registry, {.number = 1, .customer = "cus_1", .key = "key-1"});
    journey second(store.registry, {.number = 2, .customer = "cus_2", .key = "key-1"});
    CHECK(store.commit({first.commit(), second.commit()}).conflicts.empty());
}

FOR_EACH_STORE("an entry that does not follow what is stored refuses the whole batch") {
    opened_store<TestType> store;
    journey saga(store.registry, {.number = 1});
    journey other(store.registry, {.number = 2});
    store.commit({saga.commit()});
    saga.fails_once();
    static_cast<void>(saga.commit());  // never sent to the store
    saga.works();
    CHECK(store.commit_error({other.commit(), saga.commit()}) == store_errc::corrupt);
    CHECK_FALSE(store.knows(other.id()));
    CHECK(store.reader->load(saga.id())->sequence == 1);
}

FOR_EACH_STORE("a start of an id that exists refuses the whole batch") {
    opened_store<TestType> store;
    journey saga(store.registry, {.number = 1});
    journey twin(store.registry, {.number = 1, .customer = "cus_2"});
    store.commit({saga.commit()});
    CHECK(store.commit_error({twin.commit()}) == store_errc::corrupt);
    CHECK(*store.reader->load(saga.id()) == saga.record());
}

FOR_EACH_STORE("a batch that contradicts itself is refused") {
    opened_store<TestType> store;
    journey saga(store.registry, {.number = 1});
    saga.fails_once().works();
    const saga_commit whole = saga.commit();
    saga_commit empty = whole;
    empty.entries.clear();
    CHECK(store.commit_error({empty}) == store_errc::corrupt);
    saga_commit gap = whole;
    gap.entries.erase(gap.entries.begin() + 1);
    CHECK(store.commit_error({gap}) == store_errc::corrupt);
    saga_commit behind = whole;
    behind.entries.pop_back();
    CHECK(store.commit_error({behind}) == store_errc::corrupt);
    CHECK_FALSE(store.knows(saga.id()));
    store.commit({whole});
}

FOR_EACH_STORE("a writer that another has replaced can commit nothing") {
    opened_store<TestType> store;
    const auto successor = store.fixture.writer();
    journey saga(store.registry, {.number = 1});
    CHECK(store.commit_error({saga.commit()}) == store_errc::stale_owner);
    CHECK(store.commit_error({}) == store_errc::stale_owner);
    CHECK(store.writer->forget_keys(never).error().code == store_errc::stale_owner);
    CHECK_FALSE(store.knows(saga.id()));
    journey next(store.registry, {.number = 1});
    CHECK(successor->commit(batch_of({next.commit()})));
}

FOR_EACH_STORE("unfinished names every open saga with its wake-up, and no ended one") {
    opened_store<TestType> store;
    journey open(store.registry, {.number = 1});
    journey ended(store.registry, {.number = 2});
    journey ends_at_once(store.registry, {.number = 3});
    ends_at_once.works();
    store.commit({open.commit(), ended.commit(), ends_at_once.commit()});
    REQUIRE(store.reader->unfinished()->size() == 2);
    ended.works();
    open.fails_once();
    saga_commit later = open.commit();
    later.wake_at = beginning + duration{77};
    later.stores_wake = true;
    store.commit({ended.commit(), later});
    const auto left = store.reader->unfinished();
    REQUIRE(left->size() == 1);
    CHECK(left->front().id == open.id());
    CHECK(left->front().at == beginning + duration{77});
    open.waits();
    saga_commit sleeping = open.commit();
    sleeping.wake_at = never;
    store.commit({sleeping});
    CHECK(store.reader->unfinished()->front().at == never);
}

FOR_EACH_STORE("an ended saga takes late entries without waking or counting twice") {
    opened_store<TestType> store;
    journey saga(store.registry, {.number = 1, .key = "key-1"});
    saga.works();
    store.commit({saga.commit()});
    saga.happens(signal_received{"work", true, ""});
    store.commit({saga.commit()});
    CHECK(store.reader->unfinished()->empty());
    CHECK(*store.reader->journal(saga.id()) == saga.entries());
    const auto numbers = store.reader->statistics();
    REQUIRE(numbers->sagas_by_status.size() == 1);
    CHECK(numbers->sagas_by_status[0] == std::pair<std::string, std::uint64_t>("toy completed", 1));
}

FOR_EACH_STORE("statistics count what is there") {
    opened_store<TestType> store;
    journey running(store.registry, {.number = 1, .key = "key-1"});
    journey done(store.registry, {.number = 2, .key = "key-2"});
    journey pet(store.registry, {.number = 2, .saga = "pet"});
    done.works();
    const saga_commit sold = toy::telling(done.commit(), {"toy.sold", "toy.completed"});
    store.commit({running.commit(), sold, pet.commit()});
    REQUIRE(store.writer->events_were_sent(1));
    const auto numbers = store.reader->statistics();
    REQUIRE(numbers);
    using counts = std::vector<std::pair<std::string, std::uint64_t>>;
    CHECK(
        numbers->sagas_by_status
        == counts{{"pet running", 1}, {"toy completed", 1}, {"toy running", 1}}
    );
    CHECK(numbers->journal_entries == 4);
    CHECK(numbers->idempotency_keys == 2);
    CHECK(numbers->events_waiting == 1);
}

FOR_EACH_STORE("keys are forgotten once their sagas have ended for long enough, and not before") {
    opened_store<TestType> store;
    journey open(store.registry, {.number = 1, .key = "key-1"});
    journey old(store.registry, {.number = 2, .key = "key-2"});
    journey recent(
        store.registry, {.number = 3, .key = "key-3", .at = beginning + duration{9'000}}
    );
    old.works();
    recent.works();
    store.commit({open.commit(), old.commit(), recent.commit()});
    CHECK(*store.writer->forget_keys(beginning + duration{5'000}) == 1);
    CHECK(*store.writer->forget_keys(beginning + duration{5'000}) == 0);
    CHECK(store.reader->statistics()->idempotency_keys == 2);
    journey again(store.registry, {.number = 4, .key = "key-2"});
    journey refused(store.registry, {.number = 5, .key = "key-3"});
    const auto receipt = store.commit({again.commit(), refused.commit()});
    REQUIRE(receipt.conflicts.size() == 1);
    CHECK(receipt.conflicts[0].existing == recent.id());
    CHECK(store.knows(old.id()));
}

FOR_EACH_STORE("a list is filtered by each of its fields") {
    opened_store<TestType> store;
    journey running(store.registry, {.number = 1, .customer = "ann"});
    journey failed(
        store.registry, {.number = 2, .customer = "bob", .at = beginning + duration{1'000}}
    );
    journey undoing(
        store.registry, {.number = 3, .customer = "ann", .at = beginning + duration{2'000}}
    );
    journey parked(
        store.registry, {.number = 4, .customer = "bob", .at = beginning + duration{3'000}}
    );
    journey pet(
        store.registry,
        {.number = 4, .customer = "ann", .at = beginning + duration{4'000}, .saga = "pet"}
    );
    failed.is_refused();
    undoing.is_cancelled();
    parked.happens(saga_parked{"open_too_long", "15 minutes"});
    store.commit(
        {running.commit(), failed.commit(), undoing.commit(), parked.commit(), pet.commit()}
    );

    CHECK(store.list({}) == ids{parked.id(), undoing.id(), failed.id(), running.id()});
    CHECK(store.list({.saga = "pet"}) == ids{pet.id()});
    CHECK(store.list({.saga = ""}).size() == 5);
    CHECK(store.list({.saga = "nobody's"}).empty());
    CHECK(store.list({.status = saga_status::parked}) == ids{parked.id()});
    CHECK(store.list({.status = saga_status::failed}) == ids{failed.id()});
    CHECK(store.list({.state = "working"}) == ids{parked.id(), running.id()});
    CHECK(store.list({.state = "failed"}) == ids{failed.id()});
    CHECK(store.list({.state = "nowhere"}).empty());
    CHECK(store.list({.customer = "ann"}) == ids{undoing.id(), running.id()});
    CHECK(store.list({.saga = "", .customer = "ann"}) == ids{pet.id(), undoing.id(), running.id()});
    CHECK(store.list({.reason = "out_of_paint"}) == ids{failed.id()});
    CHECK(
        store.list({.status = saga_status::compensating, .reason = "cancel"}) == ids{undoing.id()}
    );
    CHECK(store.list({.status = saga_status::parked, .customer = "ann"}).empty());
    CHECK(store.list({.created_after = beginning}) == ids{parked.id(), undoing.id(), failed.id()});
    CHECK(
        store.list({.created_after = beginning, .created_before = beginning + duration{2'000}})
        == ids{failed.id()}
    );
    CHECK(store.list({.limit = 2}) == ids{parked.id(), undoing.id()});
}

FOR_EACH_STORE("walking a list by its cursor shows each saga once, whatever is written meanwhile") {
    opened_store<TestType> store;
    const unsigned seed = std::random_device{}();
    CAPTURE(seed);
    std::mt19937 random(seed);
    std::vector<std::unique_ptr<journey>> sagas;
    std::vector<saga_commit> changes;
    for (unsigned number = 1; number <= 60; ++number) {
        // Several share a creation time: the id decides between them.
        const instant at = beginning + duration{random() % 10};
        sagas.push_back(
            std::make_unique<journey>(store.registry, toy::saga_facts{.number = number, .at = at})
        );
        changes.push_back(sagas.back()->commit());
    }
    store.commit(changes);
    std::vector<list_position> seen;
    saga_query query{.saga = "toy", .limit = 7};
    for (unsigned page = 0;; ++page) {
        const auto found = store.reader->list(query);
        REQUIRE(found);
        for (const saga_record& saga : found->items)
            seen.push_back(position_of(saga));
        if (!found->next) break;
        query.after = found->next;
        journey newcomer(store.registry, {.number = 1'000 + page, .at = beginning + duration{99}});
        journey& changed = *sagas[random() % sagas.size()];
        if (!changed.record().ended())
            changed.works();
        else
            changed.happens(signal_received{"work", true, ""});
        store.commit({newcomer.commit(), changed.commit()});
    }
    CHECK(seen.size() == 60);
    CHECK(std::set(seen.begin(), seen.end()).size() == 60);
    CHECK(std::is_sorted(seen.rbegin(), seen.rend()));
}

FOR_EACH_STORE("a list never holds more than its limit allows") {
    opened_store<TestType> store;
    std::vector<std::unique_ptr<journey>> sagas;
    std::vector<saga_commit> changes;
    for (unsigned number = 1; number <= 510; ++number) {
        sagas.push_back(std::make_unique<journey>(store.registry, toy::saga_facts{.number = number})
        );
        changes.push_back(sagas.back()->commit());
    }
    store.commit(changes);
    CHECK(store.list({.limit = 100'000}).size() == 500);
}
