// Ended sagas that are removed after their time, and kept in an archive.

#include <fmt/format.h>
#include <catch2/catch.hpp>

#include "statestore/data_folder.hpp"
#include "statestore/folder_reader.hpp"
#include "statestore/sqlite/archive.hpp"
#include "statestore/sqlite/connection.hpp"
#include "statestore/sqlite/store.hpp"
#include "statestore/verify.hpp"
#include "tests/statestore/folder_image.hpp"
#include "tests/statestore/toy.hpp"

using namespace makegood;
using namespace makegood::statestore;
using toy::batch_of;
using toy::journey;

namespace {

constexpr std::string_view month = "2027-01";  // of toy::beginning

// A folder with a store that archives: three sagas have ended, one has not.
struct shop_folder {
    definition_registry registry = toy::make_registry();
    toy::temporary_folder folder;
    std::filesystem::path path = folder.path() / "data";
    std::filesystem::path store = path / "lane-0.db";
    std::filesystem::path archive = archive_path(store, month);
    std::unique_ptr<sqlite_writer> writer;
    std::vector<std::unique_ptr<journey>> sagas;

    shop_folder() {
        open();
        for (unsigned number = 0; number < 4; ++number) {
            sagas.push_back(std::make_unique<journey>(registry, toy::saga_facts{.number = number}));
            REQUIRE(writer->commit(batch_of({sagas.back()->commit()})));
        }
        sagas[0]->works();
        sagas[1]->is_refused();
        sagas[2]->fails_once().is_cancelled().undoes();
        for (unsigned number = 0; number < 3; ++number)
            REQUIRE(writer->commit(batch_of({sagas[number]->commit()})));
    }
    void open() {
        writer.reset();
        const auto opened = data_folder::open(path, {.now = toy::beginning});
        if (!opened) FAIL(opened.error().detail);
        auto made = sqlite_writer::open(store, {.archives = true});
        if (!made) FAIL(made.error().detail);
        writer = std::move(*made);
    }
    void check_all_is_found() {
        const auto reader = std::move(*folder_reader::open(path, registry));
        for (const auto& saga : sagas) {
            CHECK(*reader->load(saga->id()) == saga->record());
            CHECK(*reader->journal(saga->id()) == saga->entries());
        }
    }
    std::string verified() {
        const auto report = verify(path, registry);
        if (!report) return report.error().detail;
        std::string found;
        for (const difference& each : report->differences)
            found += fmt::format("{} {}: {}\n", each.store, each.what, each.detail);
        return found;
    }
    bool is_in_store(const journey& saga) {
        return (*sqlite_reader::open(store, registry))->load(saga.id()).has_value();
    }
};

}  // namespace

TEST_CASE("what was pruned is in the archive, whole, and nowhere else") {
    shop_folder shop;
    CHECK(*shop.writer->prune(never, 2) == 2);
    CHECK(*shop.writer->prune(never, 2) == 1);
    CHECK(*shop.writer->prune(never, 2) == 0);
    for (unsigned number = 0; number < 4; ++number)
        CHECK(shop.is_in_store(*shop.sagas[number]) == (number == 3));
    shop.check_all_is_found();
    CHECK(shop.verified().empty());
    const auto reader = std::move(*sqlite_reader::open(shop.store, shop.registry));
    const auto numbers = reader->statistics();
    REQUIRE(numbers->sagas_by_status.size() == 1);
    CHECK(numbers->sagas_by_status[0].first == "toy running");
    CHECK(numbers->journal_entries == 1);
    SECTION("also after a stop") {
        shop.open();
        CHECK_FALSE(std::filesystem::exists(shop.archive.string() + "-wal"));
        shop.check_all_is_found();
        CHECK(shop.verified().empty());
    }
    SECTION("and the others go on") {
        REQUIRE(shop.writer->commit(batch_of({shop.sagas[3]->works().commit()})));
        CHECK(*shop.writer->prune(never, 2) == 1);
        shop.check_all_is_found();
        CHECK(shop.verified().empty());
    }
}

TEST_CASE("a crash between the archive and the removal leaves what is moved again") {
    shop_folder shop;
    const toy::folder_image before = toy::image_of(shop.path);
    REQUIRE(*shop.writer->prune(never, 10) == 3);
    const toy::folder_image archived = toy::image_of(shop.archive.parent_path());
    shop.writer.reset();
    // The store as it was, and the archive as it is.
    toy::lay_out(before, shop.path);
    toy::lay_out(archived, shop.archive.parent_path());
    CHECK(shop.is_in_store(*shop.sagas[0]));
    CHECK(shop.verified().empty());
    shop.open();
    // Even when something has come to one of them meanwhile.
    shop.sagas[0]->happens(signal_received{"work", true, ""});
    REQUIRE(shop.writer->commit(batch_of({shop.sagas[0]->commit()})));
    CHECK(*shop.writer->prune(never, 10) == 3);
    CHECK_FALSE(shop.is_in_store(*shop.sagas[0]));
    shop.check_all_is_found();
    CHECK(shop.verified().empty());
}

TEST_CASE("a damaged archive is named, and nothing is removed") {
    shop_folder shop;
    REQUIRE(*shop.writer->prune(never, 1) == 1);
    shop.writer.reset();
    std::string bytes = toy::read_bytes(shop.archive);
    bytes[3 * 4'096 + 4'000] ^= 1;
    toy::write_bytes(shop.archive, bytes);
    CHECK_THAT(shop.verified(), Catch::Contains("lane-0-2027-01.db store-damaged"));
    shop.open();
    const auto pruned = shop.writer->prune(never, 10);
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
    REQUIRE(*other.writer->prune(never, 10) == 3);
    other.writer.reset();
    toy::lay_out(toy::image_of(other.archive.parent_path()), shop.archive.parent_path());
    CHECK(shop.writer->prune(never, 10).error().code == store_errc::corrupt);
    CHECK(shop.is_in_store(*shop.sagas[0]));
    CHECK_THAT(shop.verified(), Catch::Contains("store-misplaced"));
}

TEST_CASE("an archive can be moved away") {
    shop_folder shop;
    REQUIRE(*shop.writer->prune(never, 10) == 3);
    shop.open();
    std::filesystem::remove_all(shop.archive.parent_path());
    CHECK(shop.verified().empty());
    const auto reader = std::move(*folder_reader::open(shop.path, shop.registry));
    CHECK(reader->load(shop.sagas[0]->id()).error().code == store_errc::not_found);
    CHECK(*reader->load(shop.sagas[3]->id()) == shop.sagas[3]->record());
}
