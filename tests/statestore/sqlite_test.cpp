// What only the durable store promises: full disks, failing disks, reopening, migrations, the log.

#include <fmt/format.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>
#include <catch2/catch.hpp>
#include <csignal>

#include <atomic>
#include <thread>

#include "engine/limits.hpp"
#include "statestore/sqlite/connection.hpp"
#include "statestore/sqlite/schema.hpp"
#include "statestore/sqlite/store.hpp"
#include "tests/statestore/toy.hpp"

using namespace makegood;
using namespace makegood::statestore;
using toy::batch_of;
using toy::journey;

namespace {

struct store_file {
    definition_registry registry = toy::make_registry();
    toy::temporary_folder folder;
    std::filesystem::path path = folder.path() / "lane-0.db";

    std::unique_ptr<sqlite_writer> writer(const sqlite_options& options = {}) {
        auto opened = sqlite_writer::open(path, options);
        if (!opened) FAIL(opened.error().detail);
        return std::move(*opened);
    }
    std::unique_ptr<sqlite_reader> reader() {
        auto opened = sqlite_reader::open(path, registry);
        if (!opened) FAIL(opened.error().detail);
        return std::move(*opened);
    }
};

// The history of a later version, with those steps at its end.
std::vector<migration> later_history(std::initializer_list<std::string_view> steps) {
    std::vector<migration> history(migrations().begin(), migrations().end());
    for (const std::string_view sql : steps)
        history.push_back({history.back().version + 1, sql});
    return history;
}

// No file of this process may grow past `bytes`: writing beyond fails, as on a broken disk.
class file_size_limit {
public:
    explicit file_size_limit(rlim_t bytes) {
        std::signal(SIGXFSZ, SIG_IGN);
        REQUIRE(::getrlimit(RLIMIT_FSIZE, &before_) == 0);
        rlimit lowered = before_;
        lowered.rlim_cur = bytes;
        REQUIRE(::setrlimit(RLIMIT_FSIZE, &lowered) == 0);
    }
    ~file_size_limit() {
        ::setrlimit(RLIMIT_FSIZE, &before_);
        std::signal(SIGXFSZ, SIG_DFL);
    }
    file_size_limit(const file_size_limit&) = delete;
    file_size_limit& operator=(const file_size_limit&) = delete;

private:
    rlimit before_{};
};

}  // namespace

TEST_CASE("what was committed is there after the store was opened again, under the next epoch") {
    store_file file;
    journey saga(file.registry, {.number = 1, .key = "key-1"});
    {
        const auto writer = file.writer();
        CHECK(writer->epoch() == 1);
        REQUIRE(writer->commit(batch_of({saga.commit()})));
    }
    const auto writer = file.writer();
    CHECK(writer->epoch() == 2);
    CHECK(*file.reader()->load(saga.id()) == saga.record());
    saga.works();
    CHECK(writer->commit(batch_of({saga.commit()})));
}

TEST_CASE("a commit survives a process that is killed right after it") {
    store_file file;
    journey saga(file.registry, {.number = 1});
    const pid_t child = ::fork();
    REQUIRE(child >= 0);
    if (child == 0) {
        auto writer = sqlite_writer::open(file.path);
        const bool kept = writer && (*writer)->commit(batch_of({saga.commit()})).has_value();
        if (kept) ::kill(::getpid(), SIGKILL);
        ::_exit(1);
    }
    int status = 0;
    REQUIRE(::waitpid(child, &status, 0) == child);
    REQUIRE(WIFSIGNALED(status));
    CHECK(*file.reader()->load(saga.id()) == saga.record());  // before any recovery by a writer
    CHECK(file.writer()->epoch() == 2);
    CHECK(*file.reader()->load(saga.id()) == saga.record());
}

TEST_CASE("a full store keeps nothing of the batch, and commits again once there is space") {
    store_file file;
    const auto writer = file.writer({.pages_max = 60});
    const auto reader = file.reader();
    std::vector<std::unique_ptr<journey>> kept;
    const std::string address(2'000, 'x');
    store_result<commit_receipt> last = commit_receipt{};
    for (unsigned number = 0; last; number += 2) {
        std::vector<saga_commit> pair;
        for (const unsigned each : {number, number + 1}) {
            kept.push_back(std::make_unique<journey>(
                file.registry,
                toy::saga_facts{
                    .number = each, .key = fmt::format("key-{}", each), .address = address}
            ));
            pair.push_back(kept.back()->works().commit());
        }
        last = writer->commit(batch_of(std::move(pair)));
        REQUIRE(number < 200);
    }
    CHECK(last.error().code == store_errc::full);
    CHECK_THAT(
        last.error().detail,
        Catch::Contains("free some space") && Catch::Contains("the server goes on by itself")
    );
    CHECK(reader->load(kept.end()[-1]->id()).error().code == store_errc::not_found);
    CHECK(reader->load(kept.end()[-2]->id()).error().code == store_errc::not_found);
    kept.resize(kept.size() - 2);
    for (const auto& saga : kept)
        CHECK(*reader->load(saga->id()) == saga->record());
    // What needs no new page still works, and frees some.
    CHECK(writer->commit({}));
    CHECK(*writer->forget_keys(never) == kept.size());
    journey small(file.registry, {.number = 900});
    CHECK(writer->commit(batch_of({small.commit()})));
    CHECK(*reader->load(small.id()) == small.record());
}

TEST_CASE("a store that cannot be opened on a full disk does not promise to go on by itself") {
    store_file file;
    const auto opened = sqlite_writer::open(file.path, {.pages_max = 3});
    REQUIRE_FALSE(opened);
    CHECK(opened.error().code == store_errc::full);
    CHECK_THAT(
        opened.error().detail,
        Catch::Contains("free some space") && !Catch::Contains("goes on by itself")
    );
}

TEST_CASE("many old keys are forgotten some at a time, so that commits get between") {
    constexpr unsigned many = 1'500;
    store_file file;
    const auto writer = file.writer({});
    std::vector<std::unique_ptr<journey>> ended;
    std::vector<saga_commit> ends;
    for (unsigned number = 0; number < many; ++number) {
        ended.push_back(std::make_unique<journey>(
            file.registry, toy::saga_facts{.number = number, .key = fmt::format("key-{}", number)}
        ));
        ends.push_back(ended.back()->works().commit());
    }
    REQUIRE(writer->commit(batch_of(std::move(ends))));
    const std::uint64_t first = *writer->forget_keys(never);
    CHECK(first > 0);
    CHECK(first < many);
    std::uint64_t all = first;
    while (const std::uint64_t more = *writer->forget_keys(never))
        all += more;
    CHECK(all == many);
}

TEST_CASE(
    "a disk that fails half-way through a commit keeps nothing, and is trusted again when it works"
) {
    store_file file;
    auto writer = file.writer();
    const auto reader = file.reader();
    journey first(file.registry, {.number = 1});
    REQUIRE(writer->commit(batch_of({first.commit()})));
    std::vector<std::unique_ptr<journey>> many;
    std::vector<saga_commit> changes;
    for (unsigned number = 2; number < 40; ++number) {
        many.push_back(std::make_unique<journey>(file.registry, toy::saga_facts{.number = number}));
        changes.push_back(many.back()->commit());
    }
    first.works();
    changes.push_back(toy::telling(first.commit(), {"told"}));
    const batch wanted = batch_of(changes);
    {
        // The log may take a few more pages, and the batch needs more than those. The file may be
        // longer: of what the log held before it began again.
        const file_size_limit limit(32 + (writer->log_pages() + 3) * 4'120);
        for (unsigned attempt = 0; attempt < 3; ++attempt) {
            const auto failed = writer->commit(wanted);
            REQUIRE_FALSE(failed);
            CHECK(failed.error().code == store_errc::io);
            CHECK(reader->load(many[0]->id()).error().code == store_errc::not_found);
            CHECK(reader->load(first.id())->sequence == 1);
            CHECK(reader->outbox()->newest == 0);
        }
    }
    REQUIRE(writer->commit(wanted));
    CHECK(reader->events(0, 10)->at(0).position == 1);
    CHECK(*reader->load(first.id()) == first.record());
    for (const auto& saga : many)
        CHECK(*reader->load(saga->id()) == saga->record());
    CHECK(writer->epoch() == 1);
}

TEST_CASE("a failed checkpoint does not turn a kept commit into an error") {
    store_file file;
    const auto writer = file.writer({.checkpoint_pages = 40});
    const auto reader = file.reader();
    const std::string address(3'000, 'x');
    const std::uintmax_t size = std::filesystem::file_size(file.path);
    // The log stays below the limit, the database would have to grow past it.
    const file_size_limit limit(size + 40 * 4'096);
    std::vector<std::unique_ptr<journey>> kept;
    for (unsigned number = 0; number < 500; ++number) {
        auto saga = std::make_unique<journey>(
            file.registry, toy::saga_facts{.number = number, .address = address}
        );
        const auto receipt = writer->commit(batch_of({saga->commit()}));
        if (!receipt) {
            // An error means not kept, also for the commit that was followed by a checkpoint.
            CHECK(reader->load(saga->id()).error().code == store_errc::not_found);
            break;
        }
        kept.push_back(std::move(saga));
    }
    REQUIRE(kept.size() < 500);
    CHECK(kept.size() > 5);
    for (const auto& saga : kept)
        CHECK(*reader->load(saga->id()) == saga->record());
}

// -- the log

TEST_CASE("the log begins again although readers never pause") {
    store_file file;
    sqlite_options options{.checkpoint_pages = 50, .log_pages_max = 200};
    const auto writer = file.writer(options);
    std::atomic<bool> stop = false;
    std::vector<std::thread> readers;
    for (int each = 0; each < 2; ++each) {
        readers.emplace_back([&] {
            const auto reader = sqlite_reader::open(file.path, file.registry);
            while (!stop)
                static_cast<void>((*reader)->list({.saga = "toy", .limit = 200}));
        });
    }
    std::uint32_t pages = 0;
    unsigned restarts = 0;
    for (unsigned number = 0; number < 600; ++number) {
        journey saga(file.registry, {.number = number});
        const auto receipt = writer->commit(batch_of({saga.works().commit()}));
        if (!receipt) stop = true;
        REQUIRE(receipt);
        if (writer->log_pages() < pages) ++restarts;
        pages = writer->log_pages();
    }
    stop = true;
    for (std::thread& each : readers)
        each.join();
    // How often is a matter of scheduling; that it does is not: 600 commits write many times the
    // limit.
    CHECK(restarts > 0);
}

// -- opening

TEST_CASE("a store of a later schema is refused by writer and reader") {
    store_file file;
    static_cast<void>(file.writer());
    connection(file.path, access::read_write, 0)
        .execute("PRAGMA user_version = 99; PRAGMA wal_checkpoint(TRUNCATE)");
    const auto writer = sqlite_writer::open(file.path);
    REQUIRE_FALSE(writer);
    CHECK(writer.error().code == store_errc::too_new);
    CHECK_THAT(writer.error().detail, Catch::Contains("99"));
    const auto reader = sqlite_reader::open(file.path, file.registry);
    REQUIRE_FALSE(reader);
    CHECK(reader.error().code == store_errc::too_new);
}

TEST_CASE("another program's database is left alone") {
    store_file file;
    connection(file.path, access::read_write, 0).execute("CREATE TABLE recipes (name TEXT)");
    const auto writer = sqlite_writer::open(file.path);
    REQUIRE_FALSE(writer);
    CHECK(writer.error().code == store_errc::corrupt);
    connection db(file.path, access::read_only, 0);
    CHECK(db.number("SELECT count(*) FROM sqlite_master") == 1);
}

TEST_CASE("a reader of a store that is not there creates none") {
    store_file file;
    const auto reader = sqlite_reader::open(file.path, file.registry);
    REQUIRE_FALSE(reader);
    CHECK(reader.error().code == store_errc::not_found);
    CHECK_FALSE(std::filesystem::exists(file.path));
}

TEST_CASE("an older store is brought up step by step, each step once") {
    store_file file;
    const std::vector<migration> history = later_history(
        {"ALTER TABLE owner ADD COLUMN host TEXT NOT NULL DEFAULT 'here'",
         "UPDATE owner SET host = host || '!'"}
    );
    {
        journey saga(file.registry, {.number = 1});
        REQUIRE(file.writer()->commit(batch_of({saga.commit()})));
    }
    for (int opening = 0; opening < 2; ++opening) {
        connection db(file.path, access::read_write, 0);
        migrate(db, history);
        CHECK(db.number("PRAGMA user_version") == migrations().back().version + 2);
        CHECK(db.number("SELECT length(host) FROM owner") == 5);
        CHECK(db.number("SELECT count(*) FROM sagas") == 1);
    }
}

TEST_CASE("a migration that fails leaves the version before it, whole") {
    store_file file;
    static_cast<void>(file.writer());
    const std::vector<migration> history =
        later_history({"CREATE TABLE half (done TEXT); INSERT INTO nowhere VALUES (1)"});
    connection db(file.path, access::read_write, 0);
    CHECK_THROWS_AS(migrate(db, history), store_failure);
    CHECK(db.number("PRAGMA user_version") == migrations().back().version);
    CHECK(db.number("SELECT count(*) FROM sqlite_master WHERE name = 'half'") == 0);
    CHECK_NOTHROW(migrate(db));
}

// -- damage

TEST_CASE("damage that a read meets is an error that names the saga") {
    store_file file;
    journey saga(file.registry, {.number = 1});
    REQUIRE(file.writer()->commit(batch_of({saga.works().commit()})));
    const std::string_view damage = GENERATE(
        as<std::string_view>{}, "UPDATE records SET record = substr(record, 1, 20)",
        "UPDATE sagas SET last_seq = 7", "UPDATE sagas SET state = 'working'",
        "UPDATE sagas SET status = 9", "DELETE FROM starts", "UPDATE starts SET event = x'FF'",
        "INSERT INTO journal SELECT saga, 3, at, event FROM journal WHERE seq = 2"
    );
    connection(file.path, access::read_write, 0)
        .execute(std::string(damage) + "; PRAGMA wal_checkpoint(TRUNCATE)");
    const auto loaded = file.reader()->load(saga.id());
    REQUIRE_FALSE(loaded);
    CHECK((loaded.error().code == store_errc::corrupt || loaded.error().code == store_errc::too_new)
    );
    CHECK_THAT(loaded.error().detail, Catch::Contains(saga.id().text()));
}

TEST_CASE("a commit that would change a row that is gone is refused, whole") {
    store_file file;
    journey saga(file.registry, {.number = 1});
    journey other(file.registry, {.number = 2});
    REQUIRE(file.writer()->commit(batch_of({saga.waits().commit()})));
    const std::string_view damage =
        GENERATE(as<std::string_view>{}, "DELETE FROM unfinished", "DELETE FROM records");
    connection(file.path, access::read_write, 0)
        .execute(std::string(damage) + "; PRAGMA wal_checkpoint(TRUNCATE)");
    saga.happens(saga_parked{"open_too_long", "15 minutes"});
    const auto receipt = file.writer()->commit(batch_of({other.commit(), saga.commit()}));
    REQUIRE_FALSE(receipt);
    CHECK(receipt.error().code == store_errc::corrupt);
    CHECK_THAT(receipt.error().detail, Catch::Contains(saga.id().text()));
    CHECK(file.reader()->load(other.id()).error().code == store_errc::not_found);
}

TEST_CASE("a file that is no database is corrupt, not empty") {
    store_file file;
    std::FILE* out = std::fopen(file.path.c_str(), "w");
    for (int i = 0; i < 1'000; ++i)
        std::fputs("not a database at all\n", out);
    std::fclose(out);
    const auto writer = sqlite_writer::open(file.path);
    REQUIRE_FALSE(writer);
    CHECK(writer.error().code == store_errc::corrupt);
}

// -- size

TEST_CASE("a list by state looks at so many sagas for one page, and goes on from there") {
    store_file file;
    const auto writer = file.writer();
    const auto number_of = [](std::size_t each) { return static_cast<unsigned>(each); };
    journey oldest(file.registry, {.number = 0});
    REQUIRE(writer->commit(batch_of({oldest.waits().commit()})));
    std::vector<std::unique_ptr<journey>> others;
    std::vector<saga_commit> changes;
    for (std::size_t each = 1; each <= limits::list_looks_max + 500; ++each) {
        others.push_back(std::make_unique<journey>(
            file.registry,
            toy::saga_facts{.number = number_of(each), .at = toy::beginning + duration{each}}
        ));
        others.back()->happens(saga_parked{"open_too_long", "15 minutes"});
        changes.push_back(others.back()->commit());
    }
    // None of these is looked at: their status is another one.
    for (std::size_t each = 5'000; each < 8'000; ++each) {
        others.push_back(std::make_unique<journey>(
            file.registry,
            toy::saga_facts{.number = number_of(each), .at = toy::beginning + duration{each}}
        ));
        changes.push_back(others.back()->commit());
    }
    REQUIRE(writer->commit(batch_of(std::move(changes))));
    saga_query query{.saga = "toy", .state = "awaiting", .limit = 2};
    const auto first = file.reader()->list(query);
    REQUIRE(first);
    CHECK(first->items.empty());
    REQUIRE(first->next);
    CHECK((*first->next == position_of(others[500]->record())));
    query.after = first->next;
    const auto second = file.reader()->list(query);
    REQUIRE(second);
    REQUIRE(second->items.size() == 1);
    CHECK(second->items[0] == oldest.record());
    CHECK_FALSE(second->next);
}

TEST_CASE("a million unfinished sagas would be read from one narrow table") {
    store_file file;
    const auto writer = file.writer();
    connection db(file.path, access::read_only, 0);
    statement plan(db, "EXPLAIN QUERY PLAN SELECT saga, wake_at FROM unfinished");
    rows steps = plan.select();
    REQUIRE(steps.next());
    CHECK(steps.bytes(3) == "SCAN unfinished");
}
