// The stores that keep what was pruned.

#include <sys/syscall.h>
#include <unistd.h>

#include <catch2/catch.hpp>

#include <mutex>
#include <set>

#include "statestore/backup.hpp"
#include "tests/statestore/archiving_folder.hpp"

using namespace makegood;
using namespace makegood::statestore;
using toy::batch_of;
using toy::journey;

namespace {

// What was synchronised, by path.
std::mutex synced_mutex;
std::set<std::filesystem::path> synced;

}  // namespace

// Stands before the C library's.
extern "C" int fsync(int file) {
    std::error_code closed;
    const auto path =
        std::filesystem::read_symlink("/proc/self/fd/" + std::to_string(file), closed);
    if (!closed) {
        const std::lock_guard lock(synced_mutex);
        synced.insert(path);
    }
    return static_cast<int>(::syscall(SYS_fsync, file));
}

TEST_CASE("a damaged archive is named, and nothing is removed") {
    shop_folder shop;
    REQUIRE(shop.prune(1)->sagas.size() == 1);
    shop.writer.reset();
    std::string bytes = toy::read_bytes(shop.archive);
    bytes[3 * 4'096 + 4'000] ^= 1;
    toy::write_bytes(shop.archive, bytes);
    CHECK_THAT(shop.verified(), Catch::Contains("lane-0-2027-01.db store-damaged"));
    shop.open();
    const auto pruned = shop.prune(10);
    REQUIRE_FALSE(pruned);
    CHECK(pruned.error().code == store_errc::corrupt);
    CHECK_THAT(pruned.error().detail, Catch::Contains("lane-0-2027-01.db"));
    CHECK(shop.is_in_store(*shop.sagas[1]));
    // The store itself serves on.
    REQUIRE(shop.writer->commit(batch_of({shop.sagas[3]->works().commit()})));
}

TEST_CASE("an archive of another store is not written to") {
    shop_folder shop;
    shop_folder other;
    REQUIRE(other.prune_all() == 3);
    other.writer.reset();
    toy::lay_out(toy::image_of(other.archive.parent_path()), shop.archive.parent_path());
    CHECK(shop.prune(10).error().code == store_errc::corrupt);
    CHECK(shop.is_in_store(*shop.sagas[0]));
    CHECK_THAT(shop.verified(), Catch::Contains("store-misplaced"));
}

TEST_CASE("an archive can be moved away") {
    shop_folder shop;
    REQUIRE(shop.prune_all() == 3);
    shop.open();
    std::filesystem::remove_all(shop.archive.parent_path());
    CHECK(shop.verified().empty());
    const auto reader = std::move(*folder_reader::open(shop.path, shop.registry));
    CHECK(reader->load(shop.sagas[0]->id()).error().code == store_errc::not_found);
    CHECK(*reader->load(shop.sagas[3]->id()) == shop.sagas[3]->record());
}

TEST_CASE("the archive's folder is durable before anything is in it, also when it was there") {
    shop_folder shop;
    // As a crash leaves it that came before it was synchronised.
    std::filesystem::create_directory(shop.path / archive_folder);
    synced.clear();
    REQUIRE(shop.prune_all() == 3);
    CHECK(synced.contains(std::filesystem::canonical(shop.path)));
    CHECK(synced.contains(std::filesystem::canonical(shop.path / archive_folder)));
}

TEST_CASE("an archive whose making was cut short is none, and is made anew") {
    shop_folder shop;
    std::filesystem::create_directory(shop.path / archive_folder);
    for (const char* suffix : {"-new", "-new-wal", "-new-end", "-new-shm", "-new-journal"})
        toy::write_bytes(shop.archive.string() + suffix, "half of a store");
    CHECK(shop.verified().empty());
    shop.check_all_is_found();
    REQUIRE(backup(shop.path, shop.folder.path() / "copy"));
    REQUIRE(shop.prune_all() == 3);
    shop.check_all_is_found();
    CHECK(shop.verified().empty());
    shop.writer.reset();
    const toy::folder_image left = toy::image_of(shop.path / archive_folder);
    REQUIRE(left.size() == 2);
    CHECK(left.contains("lane-0-2027-01.db"));
    CHECK(left.contains("lane-0-2027-01.db-end"));
}

TEST_CASE("a step archives one month, and an archive is opened by a step that does nothing else") {
    shop_folder shop;
    const instant february = toy::beginning + std::chrono::hours{31 * 24};
    journey later(shop.registry, {.number = 9, .at = february});
    journey last(shop.registry, {.number = 10, .at = february});
    REQUIRE(shop.writer->commit(batch_of({later.works().commit(), last.works().commit()})));
    std::vector<std::size_t> steps;
    for (bool more = true; more;) {
        const auto step = shop.writer->prune(never, 10);
        REQUIRE(step);
        steps.push_back(step->sagas.size());
        more = step->more;
    }
    CHECK(steps == std::vector<std::size_t>{0, 0, 3, 0, 0, 2});
    shop.writer.reset();
    const auto archived_in = [&](std::string_view month) {
        const auto archive = archive_path(shop.store, month);
        return (*sqlite_reader::open(archive, shop.registry))->statistics()->journal_entries;
    };
    CHECK(archived_in("2027-01") == 8);
    CHECK(archived_in("2027-02") == 4);
    CHECK(shop.verified().empty());
}

TEST_CASE("a damaged archive does not hide what is in another") {
    shop_folder shop;
    journey later(shop.registry, {.number = 9, .at = toy::beginning + std::chrono::hours{31 * 24}});
    REQUIRE(shop.writer->commit(batch_of({later.works().commit()})));
    REQUIRE(shop.prune_all() == 4);
    shop.writer.reset();
    std::string bytes = toy::read_bytes(shop.archive);
    for (std::size_t page = 1; page < bytes.size() / 4'096; ++page)
        bytes[page * 4'096 + 4'000] ^= 1;
    toy::write_bytes(shop.archive, bytes);
    const auto reader = std::move(*folder_reader::open(shop.path, shop.registry));
    CHECK(*reader->load(later.id()) == later.record());
    const auto lost = reader->load(shop.sagas[0]->id());
    REQUIRE_FALSE(lost);
    CHECK(lost.error().code == store_errc::corrupt);
    CHECK_THAT(lost.error().detail, Catch::Contains("lane-0-2027-01.db"));
}

TEST_CASE("archives go into a backup and out of it, and take more sagas there") {
    shop_folder shop;
    REQUIRE(shop.prune_all() == 3);
    const auto copy = shop.folder.path() / "copy";
    const auto restored = shop.folder.path() / "restored";
    REQUIRE(backup(shop.path, copy));
    REQUIRE(restore(copy, restored));
    for (const auto& each : {copy, restored}) {
        CHECK(shop.verified(each).empty());
        shop.check_all_is_found(each);
    }
    // The original goes its own way.
    REQUIRE(shop.writer->commit(batch_of({shop.sagas[3]->works().commit()})));
    CHECK(shop.prune_all() == 1);
    shop.check_all_is_found();
    journey again(shop.registry, {.number = 3});
    auto opened = sqlite_writer::open(restored / "lane-0.db", shop.options);
    REQUIRE(opened);
    static_cast<void>(again.commit());
    REQUIRE((*opened)->commit(batch_of({again.works().commit()})));
    shop.writer = std::move(*opened);
    REQUIRE(shop.prune(10)->sagas.size() == 1);
    shop.check_all_is_found(restored);
    CHECK(shop.verified(restored).empty());
}

TEST_CASE("what is pruned while a backup is taken is in the copy") {
    shop_folder shop;
    REQUIRE(shop.prune(1)->sagas.size() == 1);  // begins the archive
    const auto copy = shop.folder.path() / "copy";
    bool pruned = false;
    const auto done = backup(shop.path, copy, [&](const backup_progress&) {
        if (!std::exchange(pruned, true)) shop.prune_all();
    });
    if (!done) FAIL(done.error().detail);
    CHECK_FALSE(shop.is_in_store(*shop.sagas[2]));
    shop.check_all_is_found(copy);
    CHECK(shop.verified(copy).empty());
}

TEST_CASE("a backup with a damaged archive is not restored") {
    shop_folder shop;
    REQUIRE(shop.prune_all() == 3);
    const auto copy = shop.folder.path() / "copy";
    REQUIRE(backup(shop.path, copy));
    const auto archive = archive_path(copy / "lane-0.db", "2027-01");
    std::string bytes = toy::read_bytes(archive);
    bytes[3 * 4'096 + 4'000] ^= 1;
    toy::write_bytes(archive, bytes);
    const auto refused = restore(copy, shop.folder.path() / "restored");
    REQUIRE_FALSE(refused);
    CHECK_THAT(refused.error().detail, Catch::Contains("lane-0-2027-01.db"));
    CHECK_FALSE(std::filesystem::exists(shop.folder.path() / "restored"));
}
