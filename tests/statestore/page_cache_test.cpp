#include "statestore/sqlite/page_cache.hpp"

#include <fmt/format.h>
#include <sqlite3.h>
#include <catch2/catch.hpp>

#include "statestore/sqlite/connection.hpp"
#include "statestore/sqlite/store.hpp"
#include "tests/statestore/toy.hpp"

using namespace makegood;
using namespace makegood::statestore;
using toy::batch_of;
using toy::journey;

namespace {

constexpr std::uint32_t page_at_1_gib = 262'145;

}  // namespace

TEST_CASE("a cache knows its highest page, and forgets a number that a page has for a moment") {
    highest_page pages;
    CHECK_FALSE(pages.reaches(1));
    pages.comes(7);
    pages.comes(5);
    CHECK(pages.reaches(7));
    CHECK_FALSE(pages.reaches(8));
    pages.moves(5, page_at_1_gib);
    CHECK(pages.reaches(page_at_1_gib));
    pages.moves(7, 5);
    CHECK(pages.reaches(page_at_1_gib));
    pages.moves(page_at_1_gib, 7);
    CHECK_FALSE(pages.reaches(8));
    CHECK(pages.reaches(7));

    SECTION("a page that stays where it was moved counts") {
        pages.moves(5, 9);
        CHECK(pages.reaches(9));
        pages.drops_from(8);
        CHECK(pages.reaches(7));
        CHECK_FALSE(pages.reaches(8));
    }
    SECTION("of two that were moved none is forgotten") {
        pages.moves(5, 9);
        pages.moves(7, 10);
        pages.moves(10, 7);
        CHECK(pages.reaches(9));
    }
}

// They come in the order of their keys in one index, and of their customers in another.
TEST_CASE("commits that split pages do not go through the cache") {
    const definition_registry registry = toy::make_registry();
    const toy::temporary_folder folder;
    const auto writer = std::move(*sqlite_writer::open(folder.path() / "lane-0.db"));
    const std::uint64_t before = page_cache_walks();
    for (unsigned number = 0; number < 1'000; ++number) {
        const std::string customer = fmt::format("cus_{}", number * 7'919 % 1'000);
        journey saga(
            registry, {.number = number, .customer = customer, .key = fmt::format("k-{}", number)}
        );
        REQUIRE(writer->commit(batch_of({saga.commit()})));
    }
    CHECK(page_cache_walks() == before);
}

TEST_CASE("what lay beyond the end of a database that has shrunk is in the cache no more") {
    const toy::temporary_folder folder;
    connection db(folder.path() / "some.db", access::read_write, 0);
    const auto cached_bytes = [&] {
        int now = 0;
        int highest = 0;
        const int code =
            sqlite3_db_status(db.handle(), SQLITE_DBSTATUS_CACHE_USED, &now, &highest, 0);
        REQUIRE(code == SQLITE_OK);
        return now;
    };
    db.execute("CREATE TABLE things (what BLOB)");
    db.execute(
        "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 200) INSERT INTO "
        "things SELECT zeroblob(3000) FROM n"
    );
    REQUIRE(cached_bytes() > 200 * 3'000);
    const std::uint64_t before = page_cache_walks();
    db.execute("DROP TABLE things");
    db.execute("VACUUM");
    CHECK(page_cache_walks() > before);
    CHECK(cached_bytes() < 20 * 4'096);
}
