#include "statestore/data_folder.hpp"

#include <fmt/format.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>
#include <catch2/catch.hpp>

#include <fstream>

#include "statestore/backup.hpp"
#include "statestore/folder_reader.hpp"
#include "statestore/sqlite/connection.hpp"
#include "statestore/sqlite/place.hpp"
#include "statestore/sqlite/schema.hpp"
#include "statestore/sqlite/store.hpp"
#include "statestore/verify.hpp"
#include "tests/statestore/toy.hpp"

using namespace makegood;
using namespace makegood::statestore;
using toy::batch_of;
using toy::journey;

namespace {

data_folder open_folder(const std::filesystem::path& path, std::size_t stores = 1) {
    auto opened = data_folder::open(path, {.stores = stores, .now = toy::beginning});
    if (!opened) FAIL(opened.error().detail);
    return std::move(*opened);
}

void write_text(const std::filesystem::path& file, const std::string& text) {
    std::ofstream(file, std::ios::binary) << text;
}

// A process that holds a data folder open until it is killed.
class other_process {
public:
    explicit other_process(const std::filesystem::path& folder) {
        int ready[2];
        REQUIRE(::pipe(ready) == 0);
        id_ = ::fork();
        REQUIRE(id_ >= 0);
        if (id_ == 0) {
            const auto held = data_folder::open(folder, {});
            const char word = held ? 'y' : 'n';
            if (::write(ready[1], &word, 1) != 1) ::_exit(1);
            ::pause();
            ::_exit(0);
        }
        char word = 0;
        REQUIRE(::read(ready[0], &word, 1) == 1);
        REQUIRE(word == 'y');
        ::close(ready[0]);
        ::close(ready[1]);
    }
    ~other_process() { die(); }
    void die() {
        if (id_ <= 0) return;
        ::kill(id_, SIGKILL);
        ::waitpid(std::exchange(id_, 0), nullptr, 0);
    }
    [[nodiscard]] pid_t id() const { return id_; }

private:
    pid_t id_ = 0;
};

}  // namespace

TEST_CASE("a new data folder gets a manifest that says the same when it is opened again") {
    toy::temporary_folder folder;
    const auto path = folder.path() / "deep" / "data";
    folder_manifest first;
    {
        const data_folder opened = open_folder(path, 3);
        first = opened.manifest();
        CHECK(opened.stores_count() == 3);
        CHECK(opened.store_path(2) == path / "lane-2.db");
        CHECK(opened.store_of(0) == 0);
        CHECK(opened.store_of(255) == 0);
        CHECK(opened.store_of(254) == 2);
    }
    CHECK(first.created_at == toy::beginning);
    // An existing folder keeps its number of stores, whatever is wished for.
    CHECK(open_folder(path, 1).manifest() == first);
    CHECK(*read_manifest(path) == first);
    CHECK_FALSE(std::filesystem::exists(path / "makegood.json.new"));
}

TEST_CASE("a second process is refused, and told who has the folder and what to do") {
    toy::temporary_folder folder;
    other_process owner(folder.path());
    const auto refused = data_folder::open(folder.path(), {});
    REQUIRE_FALSE(refused);
    CHECK(refused.error().code == store_errc::stale_owner);
    CHECK_THAT(
        refused.error().detail,
        Catch::Contains(fmt::format("process {}", owner.id())) && Catch::Contains("--data")
    );
    CHECK(folder_owner(folder.path()) == owner.id());
    CHECK(read_manifest(folder.path()));
    owner.die();
    CHECK_FALSE(folder_owner(folder.path()));
    static_cast<void>(open_folder(folder.path()));
}

TEST_CASE("a folder that is closed can be opened by the next one") {
    toy::temporary_folder folder;
    {
        data_folder first = open_folder(folder.path());
        CHECK_FALSE(data_folder::open(folder.path(), {}));
        data_folder moved = std::move(first);
        CHECK_FALSE(data_folder::open(folder.path(), {}));
    }
    static_cast<void>(open_folder(folder.path()));
}

TEST_CASE("a manifest of a later format is refused with a sentence") {
    toy::temporary_folder folder;
    write_text(folder.path() / "makegood.json", R"({"format": 2, "shards": []})");
    const auto opened = data_folder::open(folder.path(), {});
    REQUIRE_FALSE(opened);
    CHECK(opened.error().code == store_errc::too_new);
    CHECK_THAT(opened.error().detail, Catch::Contains("format 2") && Catch::Contains("later"));
}

TEST_CASE("a damaged manifest is refused and says what is wrong with it") {
    toy::temporary_folder folder;
    static_cast<void>(open_folder(folder.path()));
    const auto [text, complaint] = GENERATE(table<std::string, std::string>({
        {"", "not a JSON object"},
        {"[1]", "not a JSON object"},
        {R"({"format": "1"})", "'format'"},
        {R"({"format": 1})", "created_at"},
        {R"({"format": 1, "created_at": "yesterday"})", "not a time"},
        {R"({"format": 1, "created_at": "2026-11-20T08:15:30.123Z", "stores": []})", "1 to 16"},
        {R"({"format": 1, "created_at": "2026-11-20T08:15:30.123Z", "stores": ["../x.db"]})",
         "name of a store"},
        {R"({"format": 1, "created_at": "2026-11-20T08:15:30.123Z", "stores": ["a.db"],
             "partitions": [0]})",
         "256"},
    }));
    write_text(folder.path() / "makegood.json", text);
    const auto manifest = read_manifest(folder.path());
    REQUIRE_FALSE(manifest);
    CHECK(manifest.error().code == store_errc::corrupt);
    CHECK_THAT(manifest.error().detail, Catch::Contains(complaint));
}

TEST_CASE("one changed byte of a manifest that could still be read is seen by its seal") {
    toy::temporary_folder folder;
    static_cast<void>(open_folder(folder.path(), 2));
    std::string text;
    std::getline(std::ifstream(folder.path() / "makegood.json"), text);
    const std::size_t at = text.find("[0,1,0,1");
    REQUIRE(at != text.npos);
    SECTION("a partition that moved") {
        text[at + 3] = '0';
    }
    SECTION("the year") {
        text[text.find("20")] = '3';
    }
    SECTION("the seal itself") {
        text[text.size() - 3] ^= 1;
    }
    write_text(folder.path() / "makegood.json", text);
    const auto opened = data_folder::open(folder.path(), {});
    REQUIRE_FALSE(opened);
    CHECK(opened.error().code == store_errc::corrupt);
    CHECK_THAT(opened.error().detail, Catch::Contains("makegood.json is damaged"));
}

TEST_CASE("what keeps a folder from being made is named") {
    toy::temporary_folder folder;
    SECTION("a file where a folder should be") {
        write_text(folder.path() / "file", "");
        const auto opened = data_folder::open(folder.path() / "file" / "data", {});
        REQUIRE_FALSE(opened);
        CHECK(opened.error().code == store_errc::io);
        CHECK_THAT(opened.error().detail, Catch::Contains("cannot be created"));
    }
    for (const std::string name : {"LOCK", "makegood.json.new"}) {
        DYNAMIC_SECTION("a folder where " << name << " should be") {
            std::filesystem::create_directories(folder.path() / name);
            const auto opened = data_folder::open(folder.path(), {});
            REQUIRE_FALSE(opened);
            CHECK(opened.error().code == store_errc::io);
            CHECK_THAT(opened.error().detail, Catch::Contains(name));
        }
    }
    SECTION("what does not get written leaves nothing behind that would be taken for damage") {
        const auto unfinished = folder.path() / "lane-0.db-end.new";
        std::filesystem::create_directories(unfinished);
        const auto opened = data_folder::open(folder.path(), {});
        REQUIRE_FALSE(opened);
        CHECK_THAT(opened.error().detail, Catch::Contains("lane-0.db-end cannot be created"));
        std::filesystem::remove(unfinished);
        static_cast<void>(open_folder(folder.path()));
    }
    SECTION("a disk that is full") {
        std::filesystem::create_symlink("/dev/full", folder.path() / "lane-0.db-end.new");
        const auto opened = data_folder::open(folder.path(), {});
        REQUIRE_FALSE(opened);
        CHECK(opened.error().code == store_errc::full);
        static_cast<void>(open_folder(folder.path()));
    }
}

TEST_CASE("stores without a manifest are not mistaken for a new folder") {
    toy::temporary_folder folder;
    write_text(folder.path() / "lane-0.db", "x");
    const auto opened = data_folder::open(folder.path(), {});
    REQUIRE_FALSE(opened);
    CHECK(opened.error().code == store_errc::corrupt);
}

TEST_CASE("a store that vanished from its folder is not replaced by an empty one") {
    toy::temporary_folder folder;
    REQUIRE(data_folder::open(folder.path(), {.stores = 2}));
    std::filesystem::remove(folder.path() / "lane-1.db");
    const auto opened = data_folder::open(folder.path(), {});
    REQUIRE_FALSE(opened);
    CHECK(opened.error().code == store_errc::corrupt);
    CHECK_THAT(opened.error().detail, Catch::Contains("lane-1.db is missing or empty"));
}

TEST_CASE("a store that was cut to nothing is not taken for a new one") {
    toy::temporary_folder folder;
    REQUIRE(data_folder::open(folder.path(), {}));
    write_text(folder.path() / "lane-0.db", "");
    const auto opened = data_folder::open(folder.path(), {});
    REQUIRE_FALSE(opened);
    CHECK(opened.error().code == store_errc::corrupt);
}

TEST_CASE("a store in the wrong place, or of another folder, is named and never served") {
    const definition_registry registry = toy::make_registry();
    toy::temporary_folder folder;
    const auto here = folder.path() / "here";
    const auto other = folder.path() / "other";
    for (const auto& path : {here, other}) {
        const data_folder made = open_folder(path, 2);
        for (std::size_t store = 0; store < 2; ++store)
            REQUIRE(sqlite_writer::open(made.store_path(store)));
    }
    const auto take = [&](const std::filesystem::path& from, const std::string& to) {
        for (const std::string beside : {"", "-end"})
            std::filesystem::copy_file(
                from.string() + beside, (here / to).string() + beside,
                std::filesystem::copy_options::overwrite_existing
            );
    };
    std::string named = "lane-0.db";
    SECTION("two that were swapped") {
        take(here / "lane-0.db", "kept.db");
        take(here / "lane-1.db", "lane-0.db");
        take(here / "kept.db", "lane-1.db");
    }
    SECTION("one copied over the other") {
        take(here / "lane-1.db", "lane-0.db");
    }
    SECTION("the other one copied over") {
        take(here / "lane-0.db", "lane-1.db");
        named = "lane-1.db";
    }
    SECTION("one of another folder") {
        take(other / "lane-1.db", "lane-1.db");
        named = "lane-1.db";
    }
    SECTION("the manifest of another folder") {
        std::filesystem::copy_file(
            other / "makegood.json", here / "makegood.json",
            std::filesystem::copy_options::overwrite_existing
        );
    }
    const auto checked = verify(here, registry);
    REQUIRE(checked);
    REQUIRE_FALSE(checked->clean());
    CHECK(checked->differences[0].what == "store-misplaced");
    CHECK(checked->differences[0].store == named);
    const auto opened = data_folder::open(here, {});
    REQUIRE_FALSE(opened);
    CHECK(opened.error().code == store_errc::corrupt);
    CHECK_THAT(opened.error().detail, Catch::Contains(named) && Catch::Contains("put "));
    const auto read = folder_reader::open(here, registry);
    REQUIRE_FALSE(read);
    CHECK(read.error().detail == opened.error().detail);
}

TEST_CASE("a saga in the wrong store of its folder is a difference") {
    const definition_registry registry = toy::make_registry();
    toy::temporary_folder folder;
    journey saga(registry, {.number = 1});
    {
        const data_folder made = open_folder(folder.path(), 2);
        const std::size_t wrong = 1 - made.store_of(saga.id().owner());
        const auto writer = std::move(*sqlite_writer::open(made.store_path(wrong)));
        REQUIRE(writer->commit(batch_of({saga.commit()})));
    }
    const auto report = verify(folder.path(), registry);
    REQUIRE(report);
    REQUIRE(report->differences.size() == 1);
    CHECK(report->differences[0].what == "saga-misplaced");
    CHECK(report->differences[0].saga == saga.id());
}

TEST_CASE("the store of a backup is not taken for the one that it was copied from") {
    toy::temporary_folder folder;
    const auto here = folder.path() / "here";
    const auto copy = folder.path() / "copy";
    static_cast<void>(open_folder(here, 2));
    REQUIRE(backup(here, copy));
    static_cast<void>(open_folder(copy));
    std::filesystem::copy_file(
        copy / "lane-1.db", here / "lane-1.db", std::filesystem::copy_options::overwrite_existing
    );
    const auto opened = data_folder::open(here, {});
    REQUIRE_FALSE(opened);
    CHECK_THAT(opened.error().detail, Catch::Contains("lane-1.db"));
    const auto copied = backup(here, folder.path() / "again");
    REQUIRE_FALSE(copied);
    CHECK(copied.error().detail == opened.error().detail);
}

// As the version before stores had a place leaves it.
TEST_CASE("a folder of an earlier version is adopted, also after a crash in the middle of it") {
    toy::temporary_folder folder;
    const auto made = open_folder(folder.path(), 3).manifest();
    folder_manifest old = made;
    old.id.clear();
    REQUIRE(write_manifest(folder.path(), old));
    const auto forget_place = [&](const std::string& store) {
        std::filesystem::remove(folder.path() / store);
        std::filesystem::remove(folder.path() / (store + "-end"));
        connection db(folder.path() / store, access::read_write, 0);
        migrate(db, migrations().first(2));
    };
    forget_place("lane-0.db");
    forget_place("lane-2.db");
    SECTION("none has a place yet") {
        forget_place("lane-1.db");
        const auto adopted = open_folder(folder.path()).manifest();
        CHECK(adopted.id.size() == 32);
        CHECK(adopted.id != made.id);
        CHECK(open_folder(folder.path()).manifest() == adopted);
    }
    SECTION("one has it already") {
        CHECK(open_folder(folder.path()).manifest() == made);
    }
    SECTION("one has another place") {
        connection db(folder.path() / "lane-1.db", access::read_write, 0);
        db.execute("UPDATE place SET position = 2; PRAGMA wal_checkpoint(TRUNCATE)");
        const auto opened = data_folder::open(folder.path(), {});
        REQUIRE_FALSE(opened);
        CHECK_THAT(opened.error().detail, Catch::Contains("lane-1.db"));
    }
    for (const std::size_t store : {0U, 1U, 2U}) {
        const auto manifest = read_manifest(folder.path());
        if (manifest->id.empty()) break;
        CHECK(read_place(folder.path() / manifest->stores[store]) == manifest->place_of(store));
    }
}

TEST_CASE("a folder that is none is not found") {
    toy::temporary_folder folder;
    CHECK(read_manifest(folder.path() / "nowhere").error().code == store_errc::not_found);
}

TEST_CASE("all stores of a folder read as one, live and dead") {
    const definition_registry registry = toy::make_registry();
    toy::temporary_folder folder;
    std::vector<std::unique_ptr<journey>> sagas;
    const auto check = [&] {
        const auto opened = folder_reader::open(folder.path(), registry);
        REQUIRE(opened);
        folder_reader& reader = **opened;
        for (const auto& saga : sagas) {
            CHECK(*reader.load(saga->id()) == saga->record());
            CHECK(*reader.journal(saga->id()) == saga->entries());
        }
        const auto page = reader.list({.saga = "toy", .limit = 5});
        REQUIRE(page->items.size() == 5);
        for (std::size_t i = 0; i < 5; ++i)
            CHECK(page->items[i] == sagas[19 - i]->record());
        CHECK(reader.unfinished()->size() == 20);
        CHECK(reader.statistics()->sagas_by_status[0].second == 20);
        CHECK(reader.statistics()->journal_entries == 20);
    };
    {
        const data_folder opened = open_folder(folder.path(), 3);
        std::vector<std::unique_ptr<sqlite_writer>> writers;
        for (std::size_t i = 0; i < 3; ++i) {
            writers.push_back(std::move(*sqlite_writer::open(opened.store_path(i))));
        }
        for (unsigned number = 0; number < 20; ++number) {
            sagas.push_back(std::make_unique<journey>(
                registry, toy::saga_facts{.number = number, .at = toy::beginning + duration{number}}
            ));
            const std::size_t store = opened.store_of(sagas.back()->id().owner());
            REQUIRE(writers[store]->commit(batch_of({sagas.back()->commit()})));
        }
        check();
    }
    check();
}
