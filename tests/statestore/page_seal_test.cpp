#include "statestore/sqlite/page_seal.hpp"

#include <fmt/format.h>
#include <sqlite3.h>
#include <catch2/catch.hpp>

#include "statestore/data_folder.hpp"
#include "statestore/sqlite/connection.hpp"
#include "statestore/sqlite/log_end.hpp"
#include "statestore/sqlite/schema.hpp"
#include "statestore/sqlite/store.hpp"
#include "statestore/verify.hpp"
#include "tests/statestore/folder_image.hpp"
#include "tests/statestore/schema_3.hpp"
#include "tests/statestore/toy.hpp"

using namespace makegood;
using namespace makegood::statestore;
using toy::batch_of;
using toy::journey;
using toy::read_bytes;
using toy::write_bytes;

namespace {

// A folder with one store that was closed in order.
struct closed_folder {
    definition_registry registry = toy::make_registry();
    toy::temporary_folder folder;
    std::filesystem::path path = folder.path() / "data";
    std::filesystem::path store = path / "lane-0.db";
    std::vector<std::unique_ptr<journey>> sagas;

    closed_folder() {
        REQUIRE(data_folder::open(path, {.now = toy::beginning}));
        const auto writer = std::move(*sqlite_writer::open(store));
        for (unsigned number = 0; number < 60; ++number) {
            sagas.push_back(std::make_unique<journey>(
                registry, toy::saga_facts{.number = number, .key = fmt::format("key-{}", number)}
            ));
            REQUIRE(writer->commit(batch_of({sagas.back()->commit()})));
        }
    }
    std::string verified() {
        const auto report = verify(path, registry);
        if (!report) return report.error().detail;
        return report->clean() ? "" : report->differences[0].detail;
    }
};

// What an earlier version of this program would have left: no seals, and version 1.
void make_old(const std::filesystem::path& store) {
    const std::filesystem::path copy = store.string() + ".old";
    sqlite3* db = nullptr;
    REQUIRE(sqlite3_open(copy.c_str(), &db) == SQLITE_OK);
    std::string sql = "PRAGMA journal_mode = WAL;" + std::string(migrations()[0].sql);
    sql += fmt::format("PRAGMA application_id = {}; PRAGMA user_version = 1;", application_id);
    sql += toy::rows_of_schema_3;
    char* trouble = nullptr;
    sqlite3_exec(db, sql.c_str(), nullptr, nullptr, &trouble);
    INFO(std::string(trouble == nullptr ? "" : trouble));
    CHECK(trouble == nullptr);
    REQUIRE(sqlite3_close(db) == SQLITE_OK);
    for (const char* beside : {"-wal", "-shm", "-end"})
        std::filesystem::remove(store.string() + beside);
    std::filesystem::rename(copy, store);
}

}  // namespace

TEST_CASE("every page of a store ends in its seal, and one that differs is named") {
    closed_folder data;
    std::string bytes = read_bytes(data.store);
    REQUIRE(bytes.size() > 12 * page_size);
    bytes[5 * page_size + 4'000] ^= 1;
    write_bytes(data.store, bytes);
    const auto opened = sqlite_writer::open(data.store);
    REQUIRE_FALSE(opened);
    CHECK(opened.error().code == store_errc::corrupt);
    CHECK_THAT(
        opened.error().detail, Catch::Contains("lane-0.db: page 6 is not as it was written")
    );
    CHECK_THAT(data.verified(), Catch::Contains("page 6 is not as it was written"));
}

TEST_CASE("a page that stands in another's place is found") {
    closed_folder data;
    std::string bytes = read_bytes(data.store);
    const std::string page = bytes.substr(5 * page_size, page_size);
    bytes.replace(6 * page_size, page_size, page);
    write_bytes(data.store, bytes);
    CHECK_FALSE(sqlite_writer::open(data.store));
    CHECK_FALSE(data.verified().empty());
}

TEST_CASE("a large store goes on beside a damaged page, and never reads from it") {
    closed_folder data;
    std::string bytes = read_bytes(data.store);
    // A leaf with the starts of some sagas.
    const std::size_t at = bytes.rfind("12 Long Street");
    REQUIRE(at != bytes.npos);
    bytes[at] ^= 1;
    write_bytes(data.store, bytes);
    const auto writer = sqlite_writer::open(data.store, {.checked_pages_max = 0});
    REQUIRE(writer);
    const auto reader = std::move(*sqlite_reader::open(data.store, data.registry));
    std::size_t refused = 0;
    for (const auto& saga : data.sagas) {
        const auto loaded = reader->load(saga->id());
        if (loaded) {
            CHECK(*loaded == saga->record());
            continue;
        }
        ++refused;
        CHECK(loaded.error().code == store_errc::corrupt);
        CHECK_THAT(
            loaded.error().detail, Catch::Contains(fmt::format("page {}", at / page_size + 1))
        );
    }
    CHECK(refused > 0);
    CHECK(refused < data.sagas.size());
}

TEST_CASE("a store of an earlier version gets its seals when a server opens it") {
    closed_folder data;
    make_old(data.store);
    folder_manifest manifest = *read_manifest(data.path);
    manifest.id.clear();
    REQUIRE(write_manifest(data.path, manifest));
    const auto untouched = sqlite_reader::open(data.store, data.registry);
    REQUIRE_FALSE(untouched);
    CHECK_THAT(untouched.error().detail, Catch::Contains("start the server on it once"));
    {
        const auto folder = data_folder::open(data.path, {});
        if (!folder) FAIL(folder.error().detail);
        const auto writer = sqlite_writer::open(data.store);
        if (!writer) FAIL(writer.error().detail);
        CHECK(connection(data.store, access::read_only, 0).sealed());
        CHECK(read_log_end(data.store).state == log_end_state::known);
    }
    CHECK(data.verified().empty());
    std::string bytes = read_bytes(data.store);
    bytes[1 * page_size + 4'000] ^= 1;
    write_bytes(data.store, bytes);
    CHECK_THAT(data.verified(), Catch::Contains("page 2"));
}

TEST_CASE("a store that says of itself that it has no seals is not believed") {
    closed_folder data;
    std::string bytes = read_bytes(data.store);
    bytes[20] = 0;
    write_bytes(data.store, bytes);
    const auto opened = sqlite_writer::open(data.store);
    REQUIRE_FALSE(opened);
    CHECK_THAT(opened.error().detail, Catch::Contains("byte 20"));
}
