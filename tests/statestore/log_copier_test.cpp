// The log is copied beside the commits. What happens when is the disk's to decide: it holds, fails
// or kills the copier where a test wants it.

#include <sys/wait.h>
#include <unistd.h>
#include <catch2/catch.hpp>
#include <csignal>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <map>
#include <mutex>
#include <set>
#include <thread>

#include "statestore/sqlite/log_end.hpp"
#include "statestore/sqlite/store.hpp"
#include "tests/statestore/toy.hpp"
#include "tests/statestore/watched_disk.hpp"

using namespace makegood;
using namespace makegood::statestore;
using toy::batch_of;
using toy::disk_request;
using toy::journey;
using toy::watched_disk;
using kind = toy::disk_request::kind;

namespace {

// Only a test that goes wrong waits so long.
constexpr std::chrono::seconds patience{60};
constexpr std::uint32_t log_pages_max = 400;

// Holds the thread that passes it until the test lets it go on. Once.
class gate {
public:
    void pass() {
        std::unique_lock lock(mutex_);
        reached_ = true;
        changed_.notify_all();
        changed_.wait(lock, [this] { return open_; });
    }
    [[nodiscard]] bool is_reached_in_time() {
        std::unique_lock lock(mutex_);
        return changed_.wait_for(lock, patience, [this] { return reached_; });
    }
    void let_go() {
        const std::lock_guard lock(mutex_);
        open_ = true;
        changed_.notify_all();
    }

private:
    std::mutex mutex_;
    std::condition_variable changed_;
    bool reached_ = false;
    bool open_ = false;
};

// What the operator was told, by whichever thread.
class complaints {
public:
    void take(const store_error& error) {
        const std::lock_guard lock(mutex_);
        said_.push_back(error.detail);
    }
    [[nodiscard]] std::vector<std::string> said() const {
        const std::lock_guard lock(mutex_);
        return said_;
    }

private:
    mutable std::mutex mutex_;
    std::vector<std::string> said_;
};

struct copied_store {
    definition_registry registry = toy::make_registry();
    toy::temporary_folder folder;
    std::filesystem::path path = folder.path() / "lane-0.db";
    complaints told;
    std::unique_ptr<sqlite_writer> writer;
    std::uint32_t pages_of_commit = 0;  // at most
    unsigned count = 0;                 // sagas 0 to count - 1 were committed

    std::unique_ptr<sqlite_writer> opened() {
        auto made = sqlite_writer::open(
            path, {.checkpoint_pages = 50,
                   .log_pages_max = log_pages_max,
                   .copies_beside_commits = true,
                   .copy_failed = [this](const store_error& error) { told.take(error); }}
        );
        if (!made) FAIL(made.error().detail);
        return std::move(*made);
    }
    [[nodiscard]] journey saga(unsigned number) const {
        return journey(registry, {.number = number, .address = std::string(3'000, 'a')});
    }
    // Whether the log went on, and did not begin again.
    bool commit() {
        journey next = saga(count);
        const std::uint32_t before = writer->log_pages();
        REQUIRE(writer->commit(batch_of({next.commit()})));
        ++count;
        const std::uint32_t after = writer->log_pages();
        if (after <= before) return false;
        pages_of_commit = std::max(pages_of_commit, after - before);
        return true;
    }
    // Until the copier was asked for a round.
    void commit_until_due() {
        while (writer->log_pages() < 50)
            commit();
    }
    void commit_until_log_begins_again() {
        for (unsigned commits = 0; commit(); ++commits)
            REQUIRE(commits < 1'000);
    }
    void check_sagas() {
        const auto reader = std::move(*sqlite_reader::open(path, registry));
        CHECK(reader->unfinished()->size() >= count);
        for (unsigned number = 0; number < count; ++number)
            CHECK(*reader->load(toy::id_of(number)) == saga(number).record());
    }
};

// Sees who writes the database: the thread that made it, or the copier.
class database_writes {
public:
    [[nodiscard]] bool are_copiers() const { return std::this_thread::get_id() != tests_; }
    void note(const disk_request& request) {
        const std::lock_guard lock(mutex_);
        (are_copiers() ? copiers_ : writers_).insert(request.offset);
    }
    [[nodiscard]] std::set<std::int64_t> copiers() const { return taken(copiers_); }
    [[nodiscard]] std::set<std::int64_t> writers() const { return taken(writers_); }
    void forget() {
        const std::lock_guard lock(mutex_);
        copiers_.clear();
        writers_.clear();
    }

private:
    std::set<std::int64_t> taken(const std::set<std::int64_t>& offsets) const {
        const std::lock_guard lock(mutex_);
        return offsets;
    }

    const std::thread::id tests_ = std::this_thread::get_id();
    mutable std::mutex mutex_;
    std::set<std::int64_t> copiers_;
    std::set<std::int64_t> writers_;
};

}  // namespace

TEST_CASE("commits go on while the log is copied, and the log begins again afterwards") {
    database_writes writes;
    gate held;
    const watched_disk disk([&](const disk_request& request) {
        if (request.what == kind::sync || !request.is_of_database()) return 0;
        writes.note(request);
        if (writes.are_copiers()) held.pass();
        return 0;
    });
    copied_store store;
    store.writer = store.opened();
    store.commit_until_due();
    REQUIRE(held.is_reached_in_time());
    writes.forget();
    for (int more = 0; more < 10; ++more)
        CHECK(store.commit());
    CHECK(writes.writers().empty());
    held.let_go();
    store.commit_until_log_begins_again();
    CHECK(writes.copiers().size() > 1);
    store.check_sagas();
    CHECK(store.told.said().empty());
}

TEST_CASE("a log that is copied beside the commits stays within its limit") {
    copied_store store;
    store.writer = store.opened();
    std::uint32_t longest = 0;
    unsigned rounds = 0;
    while (store.count < 1'000) {
        if (!store.commit()) ++rounds;
        longest = std::max(longest, store.writer->log_pages());
    }
    CHECK(rounds > 1);
    CHECK(longest < log_pages_max + store.pages_of_commit);
    store.check_sagas();
}

TEST_CASE("a writer that is closed in the middle of a copy leaves one file, with everything") {
    gate held;
    database_writes writes;
    const watched_disk disk([&](const disk_request& request) {
        if (request.what == kind::write && request.is_of_database() && writes.are_copiers())
            held.pass();
        return 0;
    });
    copied_store store;
    store.writer = store.opened();
    store.commit_until_due();
    REQUIRE(held.is_reached_in_time());
    CHECK(store.commit());
    held.let_go();
    store.writer.reset();
    CHECK_FALSE(std::filesystem::exists(log_path(store.path)));
    store.check_sagas();
}

TEST_CASE("a process that is killed in the middle of a copy loses nothing") {
    struct death {
        kind at;
        unsigned after;
    };
    const death when = GENERATE(
        death{kind::write, 0}, death{kind::write, 1}, death{kind::write, 30}, death{kind::sync, 0}
    );
    copied_store store;
    int ends[2];
    REQUIRE(::pipe(ends) == 0);
    const pid_t child = ::fork();
    REQUIRE(child >= 0);
    if (child == 0) {
        const database_writes writes;
        std::atomic<unsigned> left = when.after;
        const watched_disk disk([&](const disk_request& request) {
            const bool counts = request.what == when.at && request.is_of_database();
            if (counts && writes.are_copiers() && left-- == 0) ::kill(::getpid(), SIGKILL);
            return 0;
        });
        store.writer = store.opened();
        for (char done = 0; store.count < 1'000; static_cast<void>(::write(ends[1], &done, 1)))
            store.commit();
        ::_exit(1);
    }
    ::close(ends[1]);
    for (char done = 0; ::read(ends[0], &done, 1) == 1;)
        ++store.count;
    ::close(ends[0]);
    int status = 0;
    REQUIRE(::waitpid(child, &status, 0) == child);
    REQUIRE((WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL));
    CHECK(store.count > 5);
    store.writer = store.opened();
    store.check_sagas();
}

TEST_CASE("a copier that fails is reported, fails no commit, and works again with the disk") {
    const bool fails_for_writer = GENERATE(false, true);
    const kind what = GENERATE(kind::write, kind::sync);
    database_writes writes;
    std::atomic<bool> broken = true;
    const watched_disk disk([&](const disk_request& request) {
        if (!request.is_of_database()) return 0;
        const bool strikes = broken && (fails_for_writer || writes.are_copiers());
        if (request.what == what && strikes) return EIO;
        if (request.what == kind::write) writes.note(request);
        return 0;
    });
    copied_store store;
    broken = false;
    store.writer = store.opened();
    broken = true;
    // Told at the latest when the log is too long, and commits wait for the copier.
    while (store.told.said().empty()) {
        REQUIRE((store.commit() || !fails_for_writer));
        REQUIRE(store.count < 1'000);
    }
    const auto said = store.told.said();
    CHECK_THAT(said.front(), Catch::Contains("lane-0.db") && Catch::Contains("check the disk"));
    for (const std::string& each : said)
        CHECK_THAT(each, Catch::Contains("disk I/O error"));
    broken = false;
    store.commit_until_log_begins_again();
    writes.forget();
    store.commit_until_log_begins_again();
    CHECK_FALSE(writes.copiers().empty());
    CHECK(store.told.said().size() <= said.size() + 1);  // the last round may have been under way
    store.writer.reset();
    CHECK_FALSE(std::filesystem::exists(log_path(store.path)));
    store.check_sagas();
}

// The kernel may have dropped what it could not write, and says so only once.
TEST_CASE("what was copied before a sync that failed is copied once more") {
    database_writes writes;
    gate held;
    gate failed;
    std::atomic<bool> is_sound = false;
    const watched_disk disk([&](const disk_request& request) {
        if (!request.is_of_database()) return 0;
        if (request.what == kind::write) writes.note(request);
        if (!writes.are_copiers() || is_sound) return 0;
        if (request.what == kind::write) {
            held.pass();
            return 0;
        }
        is_sound = true;
        failed.pass();
        return EIO;
    });
    copied_store store;
    store.writer = store.opened();
    store.commit_until_due();
    REQUIRE(held.is_reached_in_time());
    CHECK(store.commit());  // so that the round does not reach the end of the log
    held.let_go();
    REQUIRE(failed.is_reached_in_time());
    const std::set<std::int64_t> lost = writes.copiers();
    CHECK(lost.size() > 10);
    writes.forget();
    SECTION("by the next copy") {
        failed.let_go();
        store.commit_until_log_begins_again();
    }
    SECTION("by a writer that is closed") {
        failed.let_go();
        store.writer.reset();
        CHECK_FALSE(std::filesystem::exists(log_path(store.path)));
    }
    std::set<std::int64_t> again = writes.copiers();
    again.merge(writes.writers());
    CHECK(std::ranges::includes(again, lost));
    CHECK(store.told.said().size() == 1);
    store.check_sagas();
}

TEST_CASE("the copier of an owner that lost the store does no harm to its successor") {
    database_writes writes;
    gate held;
    const watched_disk disk([&](const disk_request& request) {
        if (request.what == kind::write && request.is_of_database() && writes.are_copiers())
            held.pass();
        return 0;
    });
    copied_store store;
    store.writer = store.opened();
    store.commit_until_due();
    REQUIRE(held.is_reached_in_time());
    std::unique_ptr<sqlite_writer> stale = std::exchange(store.writer, store.opened());
    for (int more = 0; more < 10; ++more)
        store.commit();
    held.let_go();
    CHECK(stale->commit({}).error().code == store_errc::stale_owner);
    stale.reset();
    store.commit_until_log_begins_again();
    store.writer.reset();
    CHECK_FALSE(std::filesystem::exists(log_path(store.path)));
    store.check_sagas();
}
