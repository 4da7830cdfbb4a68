// A data folder of an earlier version, as that version wrote it.

#include <fmt/format.h>
#include <catch2/catch.hpp>

#include "statestore/data_folder.hpp"
#include "statestore/folder_reader.hpp"
#include "statestore/sqlite/place.hpp"
#include "statestore/sqlite/schema.hpp"
#include "statestore/sqlite/store.hpp"
#include "statestore/verify.hpp"
#include "tests/statestore/archiving_folder.hpp"
#include "tests/statestore/schema_3.hpp"
#include "tests/statestore/toy.hpp"

using namespace makegood;
using namespace makegood::statestore;
using toy::batch_of;
using toy::journey;

namespace {

struct folder_of_schema_3 {
    definition_registry registry = toy::make_registry();
    toy::temporary_folder folder;
    std::filesystem::path path = folder.path() / "data";
    std::filesystem::path store = path / "lane-0.db";

    folder_of_schema_3() {
        std::filesystem::create_directories(path);
        const folder_manifest manifest = make_manifest(1, toy::beginning);
        connection db(store, access::read_write, 0);
        migrate(db, migrations().first(3));
        db.execute(std::string(toy::rows_of_schema_3));
        bind_to_place(db, manifest.place_of(0));
        REQUIRE(write_manifest(path, manifest));
    }
    std::unique_ptr<sqlite_writer> serve() {
        const auto opened = data_folder::open(path, {});
        if (!opened) FAIL(opened.error().detail);
        auto writer = sqlite_writer::open(opened->store_path(0));
        if (!writer) FAIL(writer.error().detail);
        return std::move(*writer);
    }
};

}  // namespace

TEST_CASE("a folder of schema 3 is read by nobody before a server has migrated it") {
    folder_of_schema_3 old;
    const auto reader = folder_reader::open(old.path, old.registry);
    REQUIRE_FALSE(reader);
    CHECK_THAT(reader.error().detail, Catch::Contains("start the server on it once"));
}

TEST_CASE("a folder of schema 3 holds after its migration what it held before") {
    folder_of_schema_3 old;
    const auto writer = old.serve();
    const auto report = verify(old.path, old.registry);
    REQUIRE(report);
    for (const difference& each : report->differences)
        UNSCOPED_INFO(each.what << ": " << each.detail);
    CHECK(report->clean());
    CHECK(report->sagas == 7);
    CHECK(report->entries == 16);
    const auto reader = std::move(*folder_reader::open(old.path, old.registry));
    using counts = std::vector<std::pair<std::string, std::uint64_t>>;
    const auto numbers = reader->statistics();
    CHECK(
        numbers->sagas_by_status
        == counts{{"pet completed", 1}, {"toy awaiting_customer", 1}, {"toy compensating", 1}, {"toy completed", 1}, {"toy failed", 1}, {"toy parked", 1}, {"toy running", 1}}
    );
    CHECK(numbers->journal_entries == 16);
    CHECK(numbers->idempotency_keys == 5);
    CHECK(numbers->events_waiting == 0);
    CHECK(reader->unfinished()->size() == 4);
    CHECK(reader->list({.saga = "toy", .customer = "ann"})->items.size() == 4);
    CHECK(reader->list({.saga = "", .customer = "bob"})->items.size() == 3);
    CHECK(reader->list({.saga = "toy", .state = "awaiting"})->items.size() == 1);
    CHECK(reader->list({.saga = "toy", .reason = "out_of_paint"})->items.size() == 1);
}

TEST_CASE("the events of a migrated folder begin anew") {
    folder_of_schema_3 old;
    REQUIRE(connection(old.store, access::read_only, 0).number("SELECT count(*) FROM outbox") == 1);
    const auto writer = old.serve();
    const auto reader = std::move(*sqlite_reader::open(old.store, old.registry));
    CHECK(reader->outbox()->newest == 0);
    journey fresh(old.registry, {.number = 20});
    const saga_commit change = toy::telling(fresh.commit(), {"toy.started"});
    REQUIRE(writer->commit(batch_of({change})));
    const auto events = reader->events(0, 10);
    REQUIRE(events->size() == 1);
    CHECK(events->front().position == 1);
    CHECK(events->front().event == change.outbox[0]);
}

TEST_CASE("sagas of a migrated folder go on, and its keys are still taken") {
    folder_of_schema_3 old;
    const auto writer = old.serve();
    const auto reader = std::move(*sqlite_reader::open(old.store, old.registry));
    journey running(old.registry, {.number = 1, .customer = "ann", .key = "key-1"});
    static_cast<void>(running.fails_once().fails_once().commit());
    CHECK(*reader->load(running.id()) == running.record());
    CHECK(*reader->journal(running.id()) == running.entries());
    REQUIRE(writer->commit(batch_of({running.works().commit()})));
    CHECK(*reader->load(running.id()) == running.record());
    journey again(old.registry, {.number = 20, .customer = "ann", .key = "key-1"});
    const auto receipt = writer->commit(batch_of({again.commit()}));
    REQUIRE(receipt->conflicts.size() == 1);
    CHECK(receipt->conflicts[0].existing == running.id());
    CHECK(receipt->conflicts[0].existing_fingerprint[0] == 7);
    CHECK(*writer->forget_keys(never) == 3);
    journey free(old.registry, {.number = 21, .customer = "bob", .key = "key-2"});
    REQUIRE(writer->commit(batch_of({free.commit()}))->conflicts.empty());
    CHECK(verify(old.path, old.registry)->clean());
}

TEST_CASE("a server that opens a store migrates its archives too, and a damaged one stays") {
    shop_folder shop;
    REQUIRE(shop.prune_all() == 3);
    shop.writer.reset();
    const auto damaged = archive_path(shop.store, "2026-12");
    toy::write_bytes(damaged, "no database");
    // As schema 4 had it.
    connection(shop.archive, access::read_write, 0)
        .execute(
            "DROP TABLE sent; DROP TABLE outbox; CREATE TABLE outbox (position INTEGER PRIMARY KEY "
            "AUTOINCREMENT, saga BLOB NOT NULL, seq INTEGER NOT NULL, type TEXT NOT NULL); "
            "PRAGMA user_version = 4; PRAGMA wal_checkpoint(TRUNCATE)"
        );
    CHECK_THAT(shop.verified(), Catch::Contains("schema version 4"));
    shop.open();
    CHECK_FALSE(std::filesystem::exists(shop.archive.string() + "-wal"));
    std::filesystem::remove(damaged);
    CHECK(shop.verified().empty());
    shop.check_all_is_found();
}

TEST_CASE("a store may hold what a program of schema 5 would take for damage, and tells it so") {
    toy::temporary_folder folder;
    connection db(folder.path() / "lane-0.db", access::read_write, 0);
    migrate(db, migrations().first(5));
    migrate(db);
    CHECK(db.number("PRAGMA user_version") == 6);
    try {
        require_current(db, migrations().first(5));
        FAIL("it was read");
    } catch (const store_failure& refused) {
        CHECK(refused.error.code == store_errc::too_new);
        CHECK_THAT(
            refused.error.detail, Catch::Contains("schema version 6") && Catch::Contains("up to 5")
        );
    }
}

TEST_CASE("a new store has no page that a reader would not check") {
    toy::temporary_folder folder;
    connection db(folder.path() / "lane-0.db", access::read_write, 0);
    migrate(db);
    CHECK(db.number("PRAGMA freelist_count") == 0);
    CHECK(db.number("PRAGMA page_count") > 10);
}
