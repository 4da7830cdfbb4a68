// What only the durable store promises of events: rows, short steps, damage, copies.

#include <fmt/format.h>
#include <catch2/catch.hpp>

#include "statestore/backup.hpp"
#include "statestore/events_codec.hpp"
#include "statestore/sqlite/outbox_check.hpp"
#include "tests/statestore/populated_folder.hpp"

using namespace makegood;
using namespace makegood::statestore;
using toy::batch_of;
using toy::journey;
using toy::telling;

namespace {

// A data folder with six events in three rows: 1 to 3, 4, 5 to 6. Those up to 3 were sent.
struct telling_folder : populated_folder {
    telling_folder() {
        const auto writer = opened();
        commit(*writer, 10, {"a", "b", "c"});
        commit(*writer, 11, {"d"});
        commit(*writer, 12, {"e", "f"});
        REQUIRE(writer->events_were_sent(3));
    }
    [[nodiscard]] std::unique_ptr<sqlite_writer> opened(const sqlite_options& options = {}) const {
        auto writer = sqlite_writer::open(store, options);
        if (!writer) FAIL(writer.error().detail);
        return std::move(*writer);
    }
    [[nodiscard]] std::unique_ptr<sqlite_reader> read() const {
        return std::move(*sqlite_reader::open(store, registry));
    }
    void commit(sqlite_writer& writer, unsigned number, const std::vector<std::string>& types) {
        journey saga(registry, {.number = number});
        REQUIRE(writer.commit(batch_of({telling(saga.commit(), types)})));
    }
    // With so many events of so many bytes.
    store_result<commit_receipt> commit_large(
        sqlite_writer& writer, unsigned number, std::size_t count, std::size_t size
    ) {
        journey saga(registry, {.number = number});
        saga_commit change = saga.commit();
        while (change.outbox.size() < count)
            change.outbox.push_back(toy::event_of(change, "large", std::string(size, 'x')));
        return writer.commit(batch_of({change}));
    }
    [[nodiscard]] std::int64_t number(const std::string& sql) const {
        return connection(store, access::read_only, 0).number(sql);
    }
};

}  // namespace

TEST_CASE("the events of one commit are one row, and more than one where they are large") {
    telling_folder data;
    const auto writer = data.opened();
    CHECK(data.number("SELECT count(*) FROM outbox") == 3);
    REQUIRE(data.commit_large(*writer, 20, 10, events_row_bytes_max / 4));
    CHECK(data.number("SELECT count(*) FROM outbox") == 3 + 3);
    CHECK(
        data.number("SELECT max(length(events)) FROM outbox")
        < static_cast<std::int64_t>(events_row_bytes_max * 5 / 4)
    );
}

TEST_CASE("a commit that does not fit the disk takes no positions") {
    telling_folder data;
    const auto writer = data.opened({.pages_max = 100});
    const auto failed = data.commit_large(*writer, 20, 10, 100'000);
    REQUIRE_FALSE(failed);
    CHECK(failed.error().code == store_errc::full);
    CHECK(data.read()->outbox()->newest == 6);
    data.commit(*writer, 21, {"g"});
    const auto events = data.read()->events(6, 10);
    REQUIRE(events->size() == 1);
    CHECK(events->front().position == 7);
    CHECK(data.verified().clean());
}

TEST_CASE("one step drops about a megabyte, so that no commit waits for long") {
    telling_folder data;
    const auto writer = data.opened();
    REQUIRE(data.commit_large(*writer, 20, 30, 100'000));
    REQUIRE(writer->events_were_sent(36));
    std::uint64_t dropped = 0;
    int steps = 0;
    for (bool more = true; more; ++steps) {
        const auto step = writer->drop_events(never, droppable_events::sent);
        REQUIRE(step);
        CHECK(*step <= 6 + 15);
        dropped += *step;
        more = *step > 0;
        const outbox_state left = *data.read()->outbox();
        CHECK(left.dropped == dropped);
        CHECK(data.verified().clean());
    }
    CHECK(steps >= 1 + 3);
    CHECK(dropped == 36);
    CHECK(data.number("SELECT count(*) FROM outbox") == 0);
}

TEST_CASE("what is dropped while verify looks on is not missed") {
    telling_folder data;
    {
        // More rows than verify looks at in one moment.
        const auto writer = data.opened();
        for (unsigned number = 0; number < 250; ++number) {
            journey saga(data.registry, {.number = 100 + number});
            const instant at = toy::beginning + duration{number};
            REQUIRE(writer->commit({{telling(saga.commit(), {"come"})}, at}));
        }
        REQUIRE(writer->events_were_sent(256));
    }
    data.damage("UPDATE outbox SET events = x'01' WHERE last = 10");
    const auto writer = data.opened();
    connection db(data.store, access::read_only, 0);
    std::vector<std::string> found;
    check_outbox(db, [&](const difference& each) {
        found.push_back(each.what);
        // In the first moment, of positions up to 103; the next one begins behind 150.
        CHECK(*writer->drop_events(toy::beginning + duration{144}, droppable_events::sent) == 150);
    });
    CHECK(found == std::vector<std::string>{"events-unreadable"});
    CHECK(data.verified().clean());
}

TEST_CASE("a backup has the events, and knows what of them was sent") {
    telling_folder data;
    const auto copy = data.folder.path() / "copy";
    const auto restored = data.folder.path() / "restored";
    REQUIRE(backup(data.path, copy, {}));
    REQUIRE(restore(copy, restored));
    const auto writer = std::move(*sqlite_writer::open(restored / "lane-0.db"));
    const auto reader = std::move(*sqlite_reader::open(restored / "lane-0.db", data.registry));
    CHECK(reader->outbox()->sent == 3);
    CHECK(reader->outbox()->newest == 6);
    const auto events = reader->events(3, 10);
    REQUIRE(events->size() == 3);
    CHECK(events->front().event.type == "d");
    CHECK(verify(restored, data.registry)->clean());
}

TEST_CASE("damage to what is kept of events is found, named, and never read as events") {
    telling_folder data;
    struct planted {
        std::string sql;
        std::string what;
        std::size_t readable = 0;  // before it
    };
    const planted damage = GENERATE(
        planted{"UPDATE outbox SET events = x'01' WHERE last = 4", "events-unreadable", 3},
        planted{"UPDATE outbox SET events = x'02' WHERE last = 4", "events-unreadable", 3},
        planted{"DELETE FROM outbox WHERE last = 3", "events-gap"},
        planted{"DELETE FROM outbox WHERE last = 4", "events-gap", 3},
        planted{"UPDATE outbox SET last = 2 WHERE last = 3", "events-gap"},
        planted{"UPDATE outbox SET last = 7 WHERE last = 6", "events-gap", 4},
        planted{
            "UPDATE outbox SET events = (SELECT events FROM outbox WHERE last = 6) WHERE last = 4",
            "events-gap", 3},
        planted{"UPDATE sent SET dropped = 1, position = 1", "events-gap"},
        planted{
            "DELETE FROM outbox WHERE last = 4 OR last = 6; UPDATE sent SET position = 6",
            "events-gap"},
        planted{"UPDATE sent SET position = 7", "events-gap"},
        planted{"UPDATE sent SET dropped = 4", "events-gap"},
        planted{"DELETE FROM sent", "events-gap"}
    );
    CAPTURE(damage.sql);
    data.damage(damage.sql);
    const verify_report report = data.verified();
    REQUIRE(report.differences_count >= 1);
    CHECK(report.differences[0].what == damage.what);
    CHECK_FALSE(report.differences[0].detail.empty());
    const auto reader = data.read();
    // What stands before the damage is read, and no more.
    auto events = reader->events(0, 10);
    CHECK((events ? events->size() : 0) == damage.readable);
    if (events) events = reader->events(events->back().position, 10);
    REQUIRE_FALSE(events);
    CHECK_THAT(events.error().detail, Catch::Contains("lane-0.db") && Catch::Contains("event"));
}

TEST_CASE("an event that is kept though it was dropped is damage, and no end of the server") {
    telling_folder data;
    REQUIRE(*data.opened()->drop_events(never, droppable_events::sent) == 3);
    data.damage("INSERT INTO outbox SELECT 2, at, events FROM outbox WHERE last = 4");
    const auto dropped = data.opened()->drop_events(never, droppable_events::all);
    REQUIRE_FALSE(dropped);
    CHECK(dropped.error().code == store_errc::corrupt);
    CHECK_THAT(dropped.error().detail, Catch::Contains("lane-0.db") && Catch::Contains("event 2"));
    CHECK(data.read()->events(0, 10)->size() == 3);
    const verify_report report = data.verified();
    REQUIRE(report.differences_count >= 1);
    CHECK(report.differences[0].what == "events-gap");
}
