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
#include "tests/statestore/populated_folder.hpp"
#include "tests/statestore/toy.hpp"

using namespace makegood;
using namespace makegood::statestore;
using toy::batch_of;
using toy::journey;

namespace {

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
    data.damage_record(1, hex(encode_record(changed)));
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
    data.damage_record(2, hex(encode_record(changed)));
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
        planted{0, "UPDATE sagas SET record = 77", "record-unreadable", 1},
        planted{3, "UPDATE sagas SET status = 0", "column-differs", 2},
        planted{3, "UPDATE sagas SET status = 9", "column-differs", 2},
        planted{3, "UPDATE sagas SET state = 'working'", "column-differs", 2},
        planted{3, "UPDATE of_customer SET customer = 'bob'", "saga-unlisted", 0},
        planted{3, "DELETE FROM of_customer", "saga-unlisted", 0},
        planted{3, "UPDATE sagas SET created_at = 5", "column-differs", 2},
        planted{2, "UPDATE sagas SET reason = NULL", "column-differs", 2},
        planted{2, "UPDATE sagas SET last_seq = 1", "sequence-gap", 2},
        planted{0, "DELETE FROM unfinished", "open-saga-sleeps", 1},
        planted{4, "INSERT INTO unfinished SELECT saga, 1 FROM sagas", "ended-saga-wakes", 4},
        planted{0, "DELETE FROM starts", "saga-without-journal", 0},
        planted{1, "DELETE FROM starts", "sequence-gap", 1},
        planted{0, "UPDATE sagas SET start = 2", "saga-without-journal", 0},
        planted{0, "UPDATE unfinished SET wake_at = 9223372036854775807", "open-saga-sleeps", 1},
        planted{1, "UPDATE sagas SET has_key = 0", "column-differs", 3},
        planted{2, "UPDATE retained_keys SET ended_at = 7", "key-differs", 0}
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

TEST_CASE("a key that is gone, or another one, is found and named") {
    populated_folder data;
    SECTION("gone") {
        data.damage("DELETE FROM of_customer WHERE item = 'key-0'");
    }
    SECTION("another one") {
        data.damage("UPDATE of_customer SET item = 'other' WHERE item = 'key-0'");
        CHECK(data.verified().differences[0].what == "key-differs");
    }
    const verify_report report = data.verified();
    REQUIRE(report.differences_count >= 1);
    std::set<std::string> found;
    for (const difference& each : report.differences)
        found.insert(each.what);
    CHECK(found.contains("key-missing"));
}

TEST_CASE("a saga that runs has a record of an earlier entry, and is still checked as a whole") {
    populated_folder data;
    journey running(data.registry, {.number = 9});
    {
        const auto writer = std::move(*sqlite_writer::open(data.store));
        REQUIRE(writer->commit(batch_of({running.commit()})));
        for (int entry = 0; entry < 20; ++entry)
            REQUIRE(writer->commit(batch_of({running.fails_once().commit()})));
    }
    REQUIRE(data.verified().clean());
    connection db(data.store, access::read_only, 0);
    CHECK(db.number("SELECT last_seq FROM sagas ORDER BY saga DESC") == 17);
    SECTION("its record") {
        data.damage(
            "UPDATE records SET record = (SELECT record FROM records r WHERE r.position <> "
            "records.position) WHERE position = (SELECT max(position) FROM records)"
        );
        CHECK(data.only_difference().what == "record-differs");
    }
    SECTION("an entry before it") {
        data.damage(
            "UPDATE journal SET event = (SELECT event FROM journal WHERE seq = 16) WHERE "
            "seq = 17"
        );
        CHECK(data.only_difference().what == "record-differs");
    }
    SECTION("an entry after it") {
        data.damage("DELETE FROM journal WHERE seq = 19");
        const difference found = data.verified().differences[0];
        CHECK(found.what == "sequence-gap");
        CHECK(found.sequence == 19);
    }
    SECTION("its last entry") {
        data.damage("DELETE FROM journal WHERE seq = 21");
        CHECK(data.only_difference().what == "counter-differs");
    }
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
        data.damage("UPDATE starts SET event = x'0103'");
        const verify_report report = data.verified();
        CHECK(report.differences_count == 5);
        CHECK(report.differences[0].what == "entry-unreadable");
        CHECK(report.differences[0].sequence == 1);
    }
    SECTION("of a saga that this program does not know") {
        saga_started started = std::get<saga_started>(data.sagas[0]->entries()[0].event);
        started.definition = "tea";
        data.damage_saga(0, "UPDATE starts SET event = " + hex(encode_event(started)));
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
                    "(SELECT at FROM journal j JOIN sagas s USING (saga) WHERE s.status = 4)"
                    " AND saga IN (SELECT saga FROM sagas WHERE status = 4)");
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
        if (each.saga) CHECK(each.saga == data.sagas[2]->id());
    }
    CHECK(count["journal-without-saga"] == 2);  // the first entry, and the others
    CHECK(count["key-without-saga"] == 1);
    CHECK(count["orphan-row"] == 3);  // in retained_keys, of_customer and records
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
    data.damage("UPDATE sagas SET state = 'idle'");
    const verify_report report = data.verified({.differences_max = 2, .progress = {}});
    CHECK(report.differences_count == 5);
    CHECK(report.differences.size() == 2);
}

// -- backup

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
