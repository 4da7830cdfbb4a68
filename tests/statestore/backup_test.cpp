#include "statestore/backup.hpp"

#include <fmt/format.h>
#include <catch2/catch.hpp>

#include <atomic>
#include <fstream>
#include <set>
#include <thread>

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
