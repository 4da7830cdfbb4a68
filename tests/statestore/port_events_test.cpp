// What every store must do with events for the world outside.

#include <fmt/format.h>
#include <catch2/catch.hpp>

#include "statestore/events_codec.hpp"
#include "tests/statestore/each_store.hpp"

using namespace makegood;
using namespace makegood::statestore;
using toy::batch_of;
using toy::beginning;
using toy::journey;
using toy::telling;

namespace {

using names = std::vector<std::string>;

// "1 toy.started", in the order in which they were read.
names names_of(const std::vector<positioned_event>& events) {
    names all;
    for (const positioned_event& each : events)
        all.push_back(fmt::format("{} {}", each.position, each.event.type));
    return all;
}

template <class Store>
names read(Store& store, outbox_position after = 0, std::size_t at_most = 1'000) {
    const auto events = store.reader->events(after, at_most);
    if (!events) FAIL(events.error().detail);
    return names_of(*events);
}

// A saga of its own for each commit.
template <class Store>
void commit_one(Store& store, unsigned number, instant at, const names& types) {
    journey saga(store.registry, {.number = number});
    const auto receipt = store.writer->commit({{telling(saga.commit(), types)}, at});
    if (!receipt) FAIL(receipt.error().detail);
}

template <class Store>
outbox_state state_of(Store& store) {
    const auto found = store.reader->outbox();
    if (!found) FAIL(found.error().detail);
    CHECK(store.reader->statistics()->events_waiting == found->newest - found->sent);
    return *found;
}

constexpr instant later(int seconds) {
    return beginning + duration{seconds * 1'000};
}

}  // namespace

FOR_EACH_STORE("a store that was told of no event has none") {
    opened_store<TestType> store;
    journey quiet(store.registry, {.number = 1});
    store.commit({quiet.commit()});
    CHECK(read(store).empty());
    CHECK(state_of(store).newest == 0);
    CHECK(store.writer->events_were_sent(0));
    CHECK(*store.writer->drop_events(never, droppable_events::sent) == 0);
}

FOR_EACH_STORE("an event is read as it was committed") {
    opened_store<TestType> store;
    journey saga(store.registry, {.number = 1, .customer = "cus_1"});
    saga.fails_once();
    saga_commit change = saga.commit();
    const std::string any_bytes("{\"name\":\"\xc3\xa4\0\"}", 14);
    const saga_id& id = saga.id();
    change.outbox = {
        {"toy.started", id, 1, beginning, customer_id("cus_1"), "00-0af7-b7ad-01", any_bytes},
        {"", id, 2, instant{duration{-1}}, customer_id(""), "", ""}};
    store.commit({change});
    const auto events = store.reader->events(0, 10);
    REQUIRE(events->size() == 2);
    CHECK((*events)[0].event == change.outbox[0]);
    CHECK((*events)[1].event == change.outbox[1]);
}

FOR_EACH_STORE("events come in the order of their commits, counted without a gap") {
    opened_store<TestType> store;
    journey one(store.registry, {.number = 1});
    journey two(store.registry, {.number = 2});
    journey quiet(store.registry, {.number = 3});
    // The ids are in another order.
    store.commit({telling(two.commit(), {"b", "c"}), quiet.commit(), telling(one.commit(), {"a"})});
    store.commit({quiet.works().commit()});
    store.commit({});
    store.commit({telling(one.fails_once().commit(), {"d"}), telling(two.works().commit(), {"e"})});
    CHECK(read(store) == names{"1 b", "2 c", "3 a", "4 d", "5 e"});
    CHECK(state_of(store).newest == 5);
}

FOR_EACH_STORE("a reader gets as many as it asks for, from behind where it is") {
    opened_store<TestType> store;
    commit_one(store, 1, beginning, {"a", "b", "c"});
    commit_one(store, 2, beginning, {"d"});
    commit_one(store, 3, beginning, {"e", "f"});
    CHECK(read(store, 0, 1) == names{"1 a"});
    CHECK(read(store, 1, 1) == names{"2 b"});
    CHECK(read(store, 2, 3) == names{"3 c", "4 d", "5 e"});
    CHECK(read(store, 3, 1) == names{"4 d"});
    CHECK(read(store, 5, 9) == names{"6 f"});
    CHECK(read(store, 6).empty());
    CHECK(read(store, 7).empty());
    CHECK(read(store, ~outbox_position{0}).empty());
}

FOR_EACH_STORE("a saga that is left out of its batch leaves no events and no gap") {
    opened_store<TestType> store;
    journey first(store.registry, {.number = 1, .key = "key-1"});
    journey second(store.registry, {.number = 2, .key = "key-1"});
    journey gone(store.registry, {.number = 3});
    journey other(store.registry, {.number = 4});
    store.commit({first.commit(), gone.works().commit()});
    REQUIRE(store.prune_all(never) == ids{gone.id()});
    gone.happens(signal_received{"work", true, ""});
    const auto receipt = store.commit(
        {telling(second.commit(), {"refused"}), telling(gone.commit(), {"gone"}),
         telling(other.commit(), {"kept"})}
    );
    REQUIRE(receipt.conflicts.size() == 1);
    REQUIRE(receipt.gone.size() == 1);
    CHECK(read(store) == names{"1 kept"});
}

FOR_EACH_STORE("a batch that is refused as a whole leaves no events and no gap") {
    opened_store<TestType> store;
    journey saga(store.registry, {.number = 1});
    journey other(store.registry, {.number = 2});
    journey twin(store.registry, {.number = 1, .customer = "cus_2"});
    store.commit({telling(saga.commit(), {"a"})});
    const saga_commit lost = telling(other.commit(), {"lost"});
    CHECK(store.commit_error({lost, telling(twin.commit(), {"refused"})}) == store_errc::corrupt);
    CHECK(state_of(store).newest == 1);
    store.commit({telling(saga.works().commit(), {"b"})});
    CHECK(read(store) == names{"1 a", "2 b"});
}

FOR_EACH_STORE("an event of another saga, or of an entry of another commit, refuses its batch") {
    opened_store<TestType> store;
    journey saga(store.registry, {.number = 1});
    journey other(store.registry, {.number = 2});
    store.commit({saga.commit()});
    saga_commit change = saga.fails_once().commit();
    saga_commit wrong = change;
    wrong.outbox = {toy::event_of(other.commit())};
    CHECK(store.commit_error({wrong}) == store_errc::corrupt);
    for (const journal_sequence sequence : {1U, 3U}) {
        wrong.outbox = {toy::event_of(change)};
        wrong.outbox[0].sequence = sequence;
        CHECK(store.commit_error({wrong}) == store_errc::corrupt);
    }
    store.commit({telling(change, {"right"})});
    CHECK(read(store) == names{"1 right"});
}

FOR_EACH_STORE("what was sent is known to the next owner, and never taken back") {
    opened_store<TestType> store;
    commit_one(store, 1, beginning, {"a", "b", "c"});
    REQUIRE(store.writer->events_were_sent(2));
    CHECK(state_of(store).sent == 2);
    REQUIRE(store.writer->events_were_sent(2));
    REQUIRE(store.writer->events_were_sent(1));
    CHECK(state_of(store).sent == 2);
    store.writer = store.fixture.writer();
    CHECK(state_of(store).sent == 2);
    CHECK(state_of(store).newest == 3);
    CHECK(read(store) == names{"1 a", "2 b", "3 c"});
    commit_one(store, 2, beginning, {"d"});
    REQUIRE(store.writer->events_were_sent(4));
    CHECK(read(store, 3) == names{"4 d"});
    CHECK(state_of(store).sent == 4);
}

FOR_EACH_STORE("only events that were sent and are old are dropped, the oldest first") {
    opened_store<TestType> store;
    commit_one(store, 1, later(10), {"a"});
    commit_one(store, 2, later(20), {"b", "c"});
    commit_one(store, 3, later(5), {"d"});  // a clock that went back
    commit_one(store, 4, later(30), {"e"});
    CHECK(*store.writer->drop_events(never, droppable_events::sent) == 0);
    REQUIRE(store.writer->events_were_sent(2));
    CHECK(*store.writer->drop_events(later(10), droppable_events::sent) == 0);
    // The commit of b and c was not sent as a whole.
    CHECK(*store.writer->drop_events(never, droppable_events::sent) == 1);
    CHECK(*store.writer->drop_events(never, droppable_events::sent) == 0);
    CHECK(read(store) == names{"2 b", "3 c", "4 d", "5 e"});
    CHECK(state_of(store).dropped == 1);
    REQUIRE(store.writer->events_were_sent(4));
    CHECK(
        *store.writer->drop_events(later(20), droppable_events::sent) == 0
    );  // d waits for those before it
    CHECK(*store.writer->drop_events(later(21), droppable_events::sent) == 3);
    CHECK(read(store) == names{"5 e"});
    CHECK(read(store, 2) == names{"5 e"});
    CHECK(state_of(store).dropped == 4);
    CHECK(state_of(store).sent == 4);
    CHECK(state_of(store).newest == 5);
}

FOR_EACH_STORE("where nobody sends events the old ones are dropped all the same, and count as sent"
) {
    opened_store<TestType> store;
    commit_one(store, 1, later(10), {"a"});
    commit_one(store, 2, later(20), {"b", "c"});
    commit_one(store, 3, later(30), {"d"});
    REQUIRE(store.writer->events_were_sent(2));
    CHECK(*store.writer->drop_events(later(11), droppable_events::all) == 1);
    // What a publisher noted is not taken back.
    CHECK(state_of(store).sent == 2);
    CHECK(*store.writer->drop_events(later(30), droppable_events::all) == 2);
    CHECK(*store.writer->drop_events(later(30), droppable_events::all) == 0);
    CHECK(read(store) == names{"4 d"});
    CHECK(state_of(store).dropped == 3);
    CHECK(state_of(store).sent == 3);
    CHECK(state_of(store).newest == 4);
    // For a publisher that comes later.
    CHECK(*store.writer->drop_events(never, droppable_events::sent) == 0);
    CHECK(read(store, 3) == names{"4 d"});
}

FOR_EACH_STORE("positions go on after all events were dropped, for the next owner too") {
    opened_store<TestType> store;
    commit_one(store, 1, beginning, {"a", "b"});
    REQUIRE(store.writer->events_were_sent(2));
    REQUIRE(*store.writer->drop_events(never, droppable_events::sent) == 2);
    CHECK(read(store).empty());
    CHECK(read(store, 1).empty());
    store.writer = store.fixture.writer();
    CHECK(state_of(store).newest == 2);
    CHECK(state_of(store).dropped == 2);
    commit_one(store, 2, beginning, {"c"});
    CHECK(read(store) == names{"3 c"});
}

FOR_EACH_STORE("a writer that another has replaced says nothing was sent and drops nothing") {
    opened_store<TestType> store;
    commit_one(store, 1, beginning, {"a"});
    REQUIRE(store.writer->events_were_sent(1));
    const auto replaced = std::exchange(store.writer, store.fixture.writer());
    commit_one(store, 2, beginning, {"b"});
    // Of an event that it does not know of.
    CHECK(replaced->events_were_sent(2).error().code == store_errc::stale_owner);
    CHECK(replaced->events_were_sent(1).error().code == store_errc::stale_owner);
    CHECK(
        replaced->drop_events(never, droppable_events::sent).error().code == store_errc::stale_owner
    );
    CHECK(state_of(store).sent == 1);
    CHECK(state_of(store).dropped == 0);
}

FOR_EACH_STORE("the events of a saga outlive it") {
    opened_store<TestType> store;
    journey saga(store.registry, {.number = 1});
    store.commit({telling(saga.works().commit(), {"toy.completed"})});
    REQUIRE(store.prune_all(never) == ids{saga.id()});
    CHECK(read(store) == names{"1 toy.completed"});
}

FOR_EACH_STORE("a commit with more events than one row takes is read in order all the same") {
    opened_store<TestType> store;
    journey saga(store.registry, {.number = 1});
    saga_commit change = saga.commit();
    const std::size_t each_size = events_row_bytes_max / 10;
    for (int number = 1; number <= 35; ++number) {
        change.outbox.push_back(toy::event_of(
            change, fmt::format("e{}", number), std::string(each_size, static_cast<char>(number))
        ));
    }
    store.commit({change});
    const auto all = store.reader->events(0, 100);
    REQUIRE(all);
    REQUIRE(all->size() == 35);
    for (std::size_t index = 0; index < all->size(); ++index) {
        CHECK((*all)[index].position == index + 1);
        CHECK(((*all)[index].event == change.outbox[index]));
    }
    CHECK(read(store, 9, 3) == names{"10 e10", "11 e11", "12 e12"});
    CHECK(read(store, 33, 3) == names{"34 e34", "35 e35"});
}
