#include "statestore/verify.hpp"

#include <fmt/format.h>
#include <catch2/catch.hpp>

#include <atomic>
#include <fstream>
#include <set>
#include <thread>

#include "statestore/backup.hpp"
#include "statestore/codec.hpp"
#include "statestore/data_folder.hpp"
#include "statestore/sqlite/connection.hpp"
#include "statestore/sqlite/store.hpp"
#include "tests/statestore/toy.hpp"

using namespace makegood;
using namespace makegood::statestore;
using toy::batch_of;
using toy::journey;

namespace {

// A data folder with five sagas, each somewhere else on its way.
struct populated_folder {
    definition_registry registry = toy::make_registry();
    toy::temporary_folder folder;
    std::filesystem::path path = folder.path() / "data";
    std::filesystem::path store = path / "lane-0.db";
    std::vector<std::unique_ptr<journey>> sagas;

    populated_folder() {
        const auto opened = data_folder::open(path, {.now = toy::beginning});
        REQUIRE(opened);
        const auto writer = std::move(*sqlite_writer::open(opened->store_path(0)));
        for (unsigned number = 0; number < 5; ++number) {
            sagas.push_back(std::make_unique<journey>(
                registry, toy::saga_facts{.number = number, .key = fmt::format("key-{}", number)}
            ));
        }
        sagas[1]->fails_once().works();
        sagas[2]->is_refused();
        sagas[3]->is_cancelled();
        sagas[4]->waits().is_cancelled().undoes();
        std::vector<saga_commit> changes;
        for (const auto& saga : sagas)
            changes.push_back(saga->commit());
        REQUIRE(writer->commit(batch_of(changes)));
    }

    // Folded in: a log beside a store that was stopped is damage of its own.
    void damage(const std::string& sql) {
        connection db(store, access::read_write, 0);
        db.execute(sql);
        db.execute("PRAGMA wal_checkpoint(TRUNCATE)");
    }
    // The damaged row is the one of saga `number`.
    void damage_saga(std::size_t number, const std::string& sql) {
        std::string id;
        for (const std::uint8_t byte : sagas[number]->id().bytes())
            id += fmt::format("{:02x}", byte);
        damage(sql + fmt::format(" WHERE saga = x'{}746f79'", id));
    }
    verify_report verified(const verify_options& options = {}) {
        auto report = verify(path, registry, options);
        if (!report) FAIL(report.error().detail);
        return std::move(*report);
    }
    difference only_difference() {
        const verify_report report = verified();
        for (const difference& each : report.differences)
            UNSCOPED_INFO(each.what << ": " << each.detail);
        REQUIRE(report.differences_count == 1);
        REQUIRE(report.differences.size() == 1);
        CHECK(report.differences[0].store == "lane-0.db");
        return report.differences[0];
    }
};

std::string hex(const std::string& bytes) {
    std::string text = "x'";
    for (const char byte : bytes)
        text += fmt::format("{:02x}", static_cast<unsigned char>(byte));
    return text + "'";
}

}  // namespace

TEST_CASE("a folder that nothing happened to is clean") {
    populated_folder data;
    std::uint64_t progress = 0;
    const verify_report report =
        data.verified({.progress = [&](const verify_progress&) { ++progress; }});
    CHECK(report.clean());
    CHECK(report.sagas == 5);
    CHECK(report.entries == 1 + 3 + 2 + 2 + 4);
}

TEST_CASE("a record that is not its journal's fold is named with its first field") {
    populated_folder data;
    saga_record changed = data.sagas[1]->record();
    changed.calls[0].attempts = 7;
    changed.learnt.set("total", std::int64_t{1});
    data.damage_saga(1, "UPDATE sagas SET record = " + hex(encode_record(changed)));
    const difference found = data.only_difference();
    CHECK(found.what == "record-differs");
    CHECK(found.saga == data.sagas[1]->id());
    CHECK(found.sequence == 3);
    CHECK(found.field == "learnt.total");
    CHECK(found.stored == "1");
    CHECK(found.folded == "12999");
}

TEST_CASE("a field that only one side has is named") {
    populated_folder data;
    saga_record changed = data.sagas[2]->record();
    changed.reason.reset();
    data.damage_saga(2, "UPDATE sagas SET record = " + hex(encode_record(changed)));
    const difference found = data.only_difference();
    CHECK(found.field == "reason.code");
    CHECK(found.stored == "(absent)");
    CHECK(found.folded == "out_of_paint");
}

TEST_CASE("each planted damage is found and named") {
    populated_folder data;
    struct planted {
        std::size_t saga;
        std::string sql;
        std::string what;
        journal_sequence sequence;
    };
    const planted damage = GENERATE(
        planted{0, "UPDATE sagas SET record = x'01'", "record-unreadable", 1},
        planted{3, "UPDATE sagas SET status = 'running'", "column-differs", 2},
        planted{3, "UPDATE sagas SET customer = 'bob'", "column-differs", 2},
        planted{3, "UPDATE sagas SET created_at = 5", "column-differs", 2},
        planted{2, "UPDATE sagas SET reason = NULL", "column-differs", 2},
        planted{0, "DELETE FROM unfinished", "open-saga-sleeps", 1},
        planted{4, "INSERT INTO unfinished SELECT saga, 1 FROM sagas", "ended-saga-wakes", 4},
        planted{0, "DELETE FROM journal", "saga-without-journal", 0},
        planted{0, "UPDATE unfinished SET wake_at = 9223372036854775807", "open-saga-sleeps", 1},
        planted{1, "UPDATE sagas SET has_key = 0", "column-differs", 3},
        planted{0, "DELETE FROM idempotency_keys", "key-missing", 1},
        planted{2, "UPDATE retained_keys SET ended_at = 7", "key-differs", 0},
        planted{3, "UPDATE idempotency_keys SET key = 'other'", "key-differs", 1},
        planted{3, "UPDATE idempotency_keys SET fingerprint = zeroblob(32)", "key-differs", 1}
    );
    CAPTURE(damage.sql);
    data.damage_saga(damage.saga, damage.sql);
    const verify_report report = data.verified();
    REQUIRE(report.differences_count >= 1);
    const difference& found = report.differences[0];
    CHECK(found.what == damage.what);
    CHECK(found.saga == data.sagas[damage.saga]->id());
    CHECK(found.sequence == damage.sequence);
    CHECK_FALSE(found.detail.empty());
}

TEST_CASE("a missing, a superfluous and an unreadable entry are told apart") {
    populated_folder data;
    SECTION("missing in the middle") {
        data.damage("DELETE FROM journal WHERE seq = 3 AND saga = (SELECT max(saga) FROM sagas)");
        const verify_report report = data.verified();
        CHECK(report.differences[0].what == "sequence-gap");
        CHECK(report.differences[0].saga == data.sagas[4]->id());
        CHECK(report.differences[0].sequence == 3);
    }
    SECTION("missing at the end") {
        data.damage("DELETE FROM journal WHERE seq = 4 AND saga = (SELECT max(saga) FROM sagas)");
        CHECK(data.verified().differences[0].sequence == 4);
    }
    SECTION("a record of an entry that cannot be") {
        data.damage("UPDATE sagas SET last_seq = -116 WHERE saga = (SELECT max(saga) FROM sagas)");
        const difference found = data.only_difference();
        CHECK(found.what == "sequence-gap");
        CHECK_THAT(found.detail, Catch::Contains("-116"));
    }
    SECTION("one too many") {
        data.damage("INSERT INTO journal SELECT saga, 5, at, event FROM journal WHERE seq = 4");
        const verify_report report = data.verified();
        CHECK(report.differences[0].what == "sequence-gap");
        CHECK(report.differences[0].sequence == 5);
    }
    SECTION("unreadable") {
        data.damage("UPDATE journal SET event = x'0103' WHERE seq = 4");
        const difference found = data.only_difference();
        CHECK(found.what == "entry-unreadable");
        CHECK(found.sequence == 4);
    }
    SECTION("the first one") {
        data.damage("UPDATE journal SET event = x'0103' WHERE seq = 1");
        const verify_report report = data.verified();
        CHECK(report.differences_count == 5);
        CHECK(report.differences[0].what == "entry-unreadable");
        CHECK(report.differences[0].sequence == 1);
    }
    SECTION("of a saga that this program does not know") {
        saga_started started = std::get<saga_started>(data.sagas[0]->entries()[0].event);
        started.definition = "tea";
        data.damage_saga(0, "UPDATE journal SET event = " + hex(encode_event(started)));
        const difference found = data.only_difference();
        CHECK(found.what == "entry-unreadable");
        CHECK_THAT(found.detail, Catch::Contains("does not know the saga tea"));
        const auto reader = std::move(*sqlite_reader::open(data.store, data.registry));
        CHECK(reader->journal(data.sagas[0]->id()).error().code == store_errc::too_new);
    }
    SECTION("that cannot follow") {
        const event again = saga_started(std::get<saga_started>(data.sagas[1]->entries()[0].event));
        data.damage("UPDATE journal SET event = " + hex(encode_event(again)) + " WHERE seq = 3");
        CHECK(data.verified().differences[0].what == "entry-unreadable");
    }
    SECTION("readable, and another") {
        variables learnt;
        learnt.set("total", std::int64_t{13'000});
        const event changed = call_done{{data.sagas[1]->record().calls[0].call.call, 0}, learnt};
        data.damage("UPDATE journal SET event = " + hex(encode_event(changed)) + " WHERE seq = 3 AND at IN "
                    "(SELECT at FROM journal j JOIN sagas s USING (saga) WHERE s.status = 'completed')"
                    " AND saga IN (SELECT saga FROM sagas WHERE status = 'completed')");
        const difference found = data.only_difference();
        CHECK(found.what == "record-differs");
        CHECK(found.saga == data.sagas[1]->id());
        CHECK(found.field == "learnt.total");
        CHECK(found.folded == "13000");
    }
}

TEST_CASE("journals, keys and wake-ups of nobody are found") {
    populated_folder data;
    data.damage_saga(2, "DELETE FROM sagas");
    const verify_report report = data.verified();
    std::map<std::string, int> count;
    for (const difference& each : report.differences) {
        ++count[each.what];
        if (each.what != "counter-differs") CHECK(each.saga == data.sagas[2]->id());
    }
    CHECK(count["journal-without-saga"] == 1);
    CHECK(count["key-without-saga"] == 1);
    CHECK(count["orphan-row"] == 1);  // in retained_keys
    CHECK(count["counter-differs"] == 2);
}

TEST_CASE("a counter that does not count is found") {
    populated_folder data;
    data.damage("UPDATE counters SET value = 12 WHERE name = 'journal_entries' AND value = 12");
    REQUIRE(data.verified().clean());
    data.damage("UPDATE counters SET value = 13 WHERE name = 'journal_entries'");
    const difference found = data.only_difference();
    CHECK(found.what == "counter-differs");
    CHECK(found.field == "journal_entries");
}

TEST_CASE("overwritten pages are found") {
    populated_folder data;
    connection(data.store, access::read_write, 0).execute("PRAGMA wal_checkpoint(TRUNCATE)");
    std::fstream file(data.store, std::ios::binary | std::ios::in | std::ios::out);
    file.seekp(2 * 4'096);
    for (int i = 0; i < 4'096; ++i)
        file.put('\x5A');
    file.close();
    const verify_report report = data.verified();
    REQUIRE_FALSE(report.clean());
    CHECK(report.differences[0].what == "store-damaged");
}

TEST_CASE("differences beyond the limit are counted, not kept") {
    populated_folder data;
    data.damage("UPDATE sagas SET record = x'01'");
    const verify_report report = data.verified({.differences_max = 2, .progress = {}});
    CHECK(report.differences_count == 5);
    CHECK(report.differences.size() == 2);
}

// -- backup

TEST_CASE("a backup of a folder under writes is whole, and can be restored") {
    populated_folder data;
    std::atomic<bool> stop = false;
    std::atomic<unsigned> commits = 0;
    std::thread server([&] {
        const auto writer = std::move(*sqlite_writer::open(data.store, {.checkpoint_pages = 20}));
        for (unsigned number = 100; !stop; ++number) {
            journey saga(data.registry, {.number = number, .key = fmt::format("key-{}", number)});
            saga.fails_once();
            if (!writer->commit(batch_of({saga.commit()}))) break;
            saga.works();
            if (!writer->commit(batch_of({saga.commit()}))) break;
            ++commits;
        }
    });
    while (commits < 20)
        std::this_thread::yield();
    const auto copy = data.folder.path() / "copy";
    std::uint64_t pages = 0;
    const auto copied =
        backup(data.path, copy, [&](const backup_progress& now) { pages = now.pages_done; });
    stop = true;
    server.join();
    if (!copied) FAIL(copied.error().detail);
    CHECK(pages > 5);
    const auto report = verify(copy, data.registry);
    REQUIRE(report);
    CHECK(report->clean());
    CHECK(report->sagas >= 25);

    const auto restored = data.folder.path() / "restored";
    REQUIRE(restore(copy, restored));
    CHECK(verify(restored, data.registry)->sagas == report->sagas);
    folder_manifest manifest = *read_manifest(restored);
    const folder_manifest original = *read_manifest(data.path);
    // A folder of its own: its stores are not taken for the original's, nor the other way round.
    CHECK(std::set{manifest.id, original.id, read_manifest(copy)->id}.size() == 3);
    manifest.id = original.id;
    CHECK(manifest == original);
    const auto writer = sqlite_writer::open(restored / "lane-0.db");
    REQUIRE(writer);
    data.sagas[0]->works();
    CHECK((*writer)->commit(batch_of({data.sagas[0]->commit()})));
}

TEST_CASE("a backup is a manifest and one file a store, and stays so when it is read") {
    populated_folder data;
    const auto copy = data.folder.path() / "copy";
    REQUIRE(backup(data.path, copy));
    REQUIRE(restore(copy, data.folder.path() / "target"));
    REQUIRE(verify(copy, data.registry)->clean());
    std::set<std::string> names;
    for (const auto& each : std::filesystem::directory_iterator(copy)) {
        names.insert(each.path().filename().string());
    }
    CHECK(names == std::set<std::string>{"lane-0.db", "makegood.json"});
}

TEST_CASE("a store whose first page is gone is damaged, and its folder is still verified") {
    populated_folder data;
    connection(data.store, access::read_write, 0).execute("PRAGMA wal_checkpoint(TRUNCATE)");
    std::fstream file(data.store, std::ios::binary | std::ios::in | std::ios::out);
    for (int i = 0; i < 4'096; ++i)
        file.put('\x5A');
    file.close();
    CHECK(data.only_difference().what == "store-damaged");
}

TEST_CASE("a store that is gone is a difference, and the others are still verified") {
    populated_folder data;
    std::filesystem::remove(data.store);
    const difference found = data.only_difference();
    CHECK(found.what == "store-damaged");
    CHECK_THAT(found.detail, Catch::Contains("missing or empty"));
}

TEST_CASE("a damaged log is a difference of its own") {
    populated_folder data;
    const auto writer = std::move(*sqlite_writer::open(data.store));
    const auto killed = data.folder.path() / "killed";
    std::filesystem::copy(data.path, killed);
    std::filesystem::resize_file(killed / "lane-0.db-wal", 40);
    const auto report = verify(killed, data.registry);
    REQUIRE(report);
    REQUIRE(report->differences.size() == 1);
    CHECK(report->differences[0].what == "log-damaged");
    CHECK(data.verified().clean());
}

TEST_CASE("a copy cannot go where a file stands") {
    populated_folder data;
    const auto target = data.folder.path() / "target";
    std::ofstream(target) << "a file";
    const auto refused = backup(data.path, target);
    REQUIRE_FALSE(refused);
    CHECK_THAT(refused.error().detail, Catch::Contains("name another folder"));
}

TEST_CASE("a folder with a damaged log is neither copied nor restored") {
    populated_folder data;
    const auto writer = std::move(*sqlite_writer::open(data.store));
    const auto killed = data.folder.path() / "killed";
    std::filesystem::copy(data.path, killed);
    std::filesystem::remove(killed / "lane-0.db-wal");
    for (const auto copied : {backup, restore}) {
        const auto refused = copied(killed, data.folder.path() / "target", {});
        REQUIRE_FALSE(refused);
        CHECK(refused.error().code == store_errc::corrupt);
        CHECK_THAT(refused.error().detail, Catch::Contains("lane-0.db-wal"));
    }
}

TEST_CASE("neither backup nor restore overwrites anything") {
    populated_folder data;
    const auto copy = data.folder.path() / "copy";
    REQUIRE(backup(data.path, copy));
    CHECK_FALSE(backup(data.path, copy));
    const auto refused = restore(copy, data.path);
    REQUIRE_FALSE(refused);
    CHECK_THAT(refused.error().detail, Catch::Contains("not empty"));
    CHECK(data.verified().clean());
}

TEST_CASE("a damaged backup is not restored") {
    populated_folder data;
    const auto copy = data.folder.path() / "copy";
    REQUIRE(backup(data.path, copy));
    std::fstream file(copy / "lane-0.db", std::ios::binary | std::ios::in | std::ios::out);
    file.seekp(2 * 4'096);
    for (int i = 0; i < 4'096; ++i)
        file.put('\x5A');
    file.close();
    const auto target = data.folder.path() / "target";
    const auto refused = restore(copy, target);
    REQUIRE_FALSE(refused);
    CHECK(refused.error().code == store_errc::corrupt);
    CHECK_FALSE(std::filesystem::exists(target));
}

TEST_CASE("a copy that was cut short is no data folder") {
    populated_folder data;
    const auto copy = data.folder.path() / "copy";
    REQUIRE(backup(data.path, copy));
    std::filesystem::remove(copy / "makegood.json");
    CHECK(restore(copy, data.folder.path() / "target").error().code == store_errc::not_found);
}
