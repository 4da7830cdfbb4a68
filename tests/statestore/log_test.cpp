#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "statestore/sqlite/connection.hpp"
#include "statestore/sqlite/log_check.hpp"
#include "statestore/sqlite/log_end.hpp"
#include "statestore/sqlite/store.hpp"
#include "tests/statestore/folder_image.hpp"
#include "tests/statestore/toy.hpp"

using namespace makegood;
using namespace makegood::statestore;
using toy::batch_of;
using toy::folder_image;
using toy::image_of;
using toy::journey;
using toy::lay_out;

namespace {

constexpr std::size_t frame_size = 24 + 4'096;

// One store whose files are taken while it is open, as a kill leaves them.
struct killed_store {
    definition_registry registry = toy::make_registry();
    toy::temporary_folder folder;
    std::filesystem::path path = folder.path() / "store";
    std::filesystem::path file = path / "lane-0.db";
    std::unique_ptr<sqlite_writer> writer;

    killed_store() {
        std::filesystem::create_directories(path);
        writer = std::move(*sqlite_writer::open(file));
    }
    // Returns what a kill right after it would leave. A large saga takes more frames.
    folder_image commit(unsigned number, std::size_t size = 10) {
        journey saga(registry, {.number = number, .address = std::string(size, 'a')});
        REQUIRE(writer->commit(batch_of({saga.commit()})));
        return image_of(path);
    }
    void reopen(const folder_image& image) {
        writer.reset();
        lay_out(image, path);
        auto opened = sqlite_writer::open(file);
        if (!opened) FAIL(opened.error().detail);
        writer = std::move(*opened);
    }
    // Why the store cannot be opened; empty when it can.
    std::string refusal(const folder_image& image) {
        writer.reset();
        lay_out(image, path);
        const auto read = sqlite_reader::open(file, registry);
        const auto written = sqlite_writer::open(file);
        CHECK(read.has_value() == written.has_value());
        if (written) return {};
        CHECK(written.error().code == store_errc::corrupt);
        CHECK(read.error().detail == written.error().detail);
        return written.error().detail;
    }
    std::size_t sagas() { return (*sqlite_reader::open(file, registry))->unfinished()->size(); }
};

std::string& log_of(folder_image& image) {
    return image.at("lane-0.db-wal");
}

// Where the last commit ends; behind it may be what is left of an earlier round.
std::size_t end_of_log(const folder_image& image) {
    const std::string& ends = image.at("lane-0.db-end");
    const auto frame = [&ends](std::size_t at) { return static_cast<unsigned char>(ends[at]); };
    return offset_of_frame(std::max(frame(8), frame(44 + 8)) + 1U);
}

}  // namespace

TEST_CASE("a log that was cut, changed or lost after a kill is named with the place") {
    killed_store store;
    store.commit(1);
    folder_image image = store.commit(2);
    const auto frames = (end_of_log(image) - 32) / frame_size;
    SECTION("cut in the last commit") {
        log_of(image).resize(end_of_log(image) - 10);
        const std::string said = store.refusal(image);
        CHECK_THAT(
            said, Catch::Contains("lane-0.db-wal was cut or is damaged")
                      && Catch::Contains(fmt::format("frame {},", frames))
                      && Catch::Contains("restore a backup")
        );
    }
    SECTION("one bit of the last commit") {
        log_of(image)[end_of_log(image) - 100] ^= 4;
        CHECK_THAT(store.refusal(image), Catch::Contains(fmt::format("frame {},", frames)));
    }
    SECTION("gone") {
        image.erase("lane-0.db-wal");
        CHECK_THAT(
            store.refusal(image), Catch::Contains("lane-0.db-wal is missing or empty")
                                      && Catch::Contains("folded into the store by another program")
        );
    }
    SECTION("its beginning") {
        log_of(image)[17] ^= 1;
        CHECK_THAT(store.refusal(image), Catch::Contains("damaged at its beginning"));
    }
    SECTION("its end is gone") {
        image.erase("lane-0.db-end");
        CHECK_THAT(store.refusal(image), Catch::Contains("lane-0.db-end is missing"));
    }
    SECTION("a writing of its end was cut short: the other end is there") {
        const std::size_t half = GENERATE(20U, 44U + 20U);
        image["lane-0.db-end"].replace(half, 10, "##########");
        CHECK(store.refusal(image).empty());
    }
    SECTION("neither of its ends can be read") {
        image["lane-0.db-end"].replace(40, 10, "##########");
        CHECK_THAT(store.refusal(image), Catch::Contains("lane-0.db-end is damaged"));
    }
    SECTION("nothing") {
        CHECK(store.refusal(image).empty());
    }
}

TEST_CASE("a refused store is left as it was found") {
    killed_store store;
    folder_image image = store.commit(1);
    log_of(image).resize(end_of_log(image) - 10);
    REQUIRE_FALSE(store.refusal(image).empty());
    CHECK(image_of(store.path) == image);
}

// The end of the log is not synchronised: a power loss may bring an older one back.
TEST_CASE("after a power loss a torn last commit is dropped, and damage before others is not") {
    killed_store store;
    const folder_image older = store.commit(1);
    store.commit(2);
    store.commit(3);
    folder_image image = store.commit(4);
    const std::size_t end = end_of_log(image);
    image["lane-0.db-end"] = older.at("lane-0.db-end");
    SECTION("a torn last commit") {
        log_of(image).resize(end - 10);
        store.reopen(image);
        CHECK(store.sagas() == 3);
    }
    SECTION("damage with two commits behind it") {
        log_of(image)[end_of_log(older) + 200] ^= 1;
        CHECK_THAT(store.refusal(image), Catch::Contains("later commits are still there"));
    }
}

// Commits that failed in their fsync lie in the log until others overwrite them: three tries from
// one point, each shorter than the one before.
TEST_CASE("what failed commits leave behind the end is not taken for damage") {
    killed_store store;
    const folder_image base = store.commit(1);
    std::vector<std::string> logs;
    folder_image last;
    for (const std::size_t size : {40'000U, 20'000U, 10U}) {
        store.reopen(base);
        last = store.commit(2, size);
        logs.push_back(log_of(last).substr(0, end_of_log(last)));
    }
    REQUIRE(logs[0].size() > logs[1].size() + 2 * frame_size);
    REQUIRE(logs[1].size() > logs[2].size() + 2 * frame_size);
    log_of(last) = logs[2] + logs[1].substr(logs[2].size()) + logs[0].substr(logs[1].size());
    store.reopen(last);
    CHECK(store.sagas() == 2);
}

TEST_CASE("a log that begins again is followed by its end") {
    killed_store store;
    const sqlite_options often{.checkpoint_pages = 10};
    store.writer.reset();
    store.writer = std::move(*sqlite_writer::open(store.file, often));
    for (unsigned number = 0; number < 40; ++number) {
        folder_image image = store.commit(number);
        const stored_log_end stored = read_log_end(store.file);
        REQUIRE(stored.state == log_end_state::known);
        // The two take turns, and what stands at that place of the log is what the end says.
        const log_end end = stored.ends[(number + 1) % 2];
        CHECK(end.frame == store.writer->log_pages());
        const std::size_t at = offset_of_frame(end.frame);
        const auto& header = end.frame_header;
        CHECK(log_of(image).substr(at, header.size()) == std::string(header.begin(), header.end()));
    }
}

TEST_CASE("a store that was closed in order is one file, and a log beside it is another's") {
    killed_store store;
    const folder_image image = store.commit(1);
    store.writer.reset();
    folder_image closed = image_of(store.path);
    CHECK_FALSE(closed.contains("lane-0.db-wal"));
    for (const log_end& end : read_log_end(store.file).ends)
        CHECK((end.may_be_gone && end.frame > 0));
    // A backup beside which somebody left the old log.
    connection(store.file, access::read_write, 0).execute("PRAGMA journal_mode = DELETE");
    closed["lane-0.db"] = image_of(store.path).at("lane-0.db");
    closed["lane-0.db-wal"] = image.at("lane-0.db-wal");
    CHECK_THAT(store.refusal(closed), Catch::Contains("is not the log of"));
    closed.erase("lane-0.db-wal");
    CHECK(store.refusal(closed).empty());
}

TEST_CASE("an older log of the same store is not taken for the one that its end names") {
    killed_store store;
    SECTION("of the days before a stop") {
        const folder_image before = store.commit(1);
        store.reopen(before);
        store.writer.reset();
        store.writer = std::move(*sqlite_writer::open(store.file));
        folder_image image = store.commit(2);
        log_of(image) = before.at("lane-0.db-wal");
        CHECK_THAT(store.refusal(image), Catch::Contains("lane-0.db-wal is an older log"));
    }
    SECTION("of an earlier round") {
        store.writer.reset();
        store.writer = std::move(*sqlite_writer::open(store.file, {.checkpoint_pages = 10}));
        const folder_image early = store.commit(0);
        folder_image late;
        for (unsigned number = 1; number < 40; ++number)
            late = store.commit(number);
        REQUIRE(log_of(late).substr(0, 32) != early.at("lane-0.db-wal").substr(0, 32));
        SECTION("the log is older than its end") {
            log_of(late) = early.at("lane-0.db-wal");
            CHECK_THAT(store.refusal(late), Catch::Contains("lane-0.db-wal is an older log"));
        }
        SECTION("the end is older than its log, as a power loss leaves it") {
            late["lane-0.db-end"] = early.at("lane-0.db-end");
            store.reopen(late);
            CHECK(store.sagas() == 40);
        }
    }
}

TEST_CASE("beside a store that was stopped, no log is taken that is not the last one, whole") {
    killed_store store;
    const folder_image early = store.commit(1);
    const folder_image last = store.commit(2);
    store.writer.reset();
    folder_image closed = image_of(store.path);
    REQUIRE_FALSE(closed.contains("lane-0.db-wal"));
    SECTION("another store's") {
        killed_store other;
        closed["lane-0.db-wal"] = other.commit(3).at("lane-0.db-wal");
        CHECK_THAT(store.refusal(closed), Catch::Contains("is not the log of"));
    }
    SECTION("its own of an earlier day") {
        closed["lane-0.db-wal"] = early.at("lane-0.db-wal");
        CHECK_THAT(store.refusal(closed), Catch::Contains("lane-0.db-wal was cut"));
    }
    SECTION("its own of an earlier life") {
        store.writer = std::move(*sqlite_writer::open(store.file));
        store.commit(3);
        store.writer.reset();
        closed = image_of(store.path);
        closed["lane-0.db-wal"] = last.at("lane-0.db-wal");
        CHECK_THAT(store.refusal(closed), Catch::Contains("is not the log of"));
    }
    SECTION("its last, which a power loss brings back") {
        closed["lane-0.db-wal"] = last.at("lane-0.db-wal");
        store.reopen(closed);
        CHECK(store.sagas() == 2);
    }
    SECTION("none") {
        store.reopen(closed);
        CHECK(store.sagas() == 2);
    }
}

TEST_CASE("a reader that is in the way of the closing leaves a log that is still watched") {
    killed_store store;
    store.commit(1);
    const auto reader = std::move(*sqlite_reader::open(store.file, store.registry));
    {
        connection other(store.file, access::read_only, 0);
        transaction snapshot(other, transaction::kind::read);
        REQUIRE(other.number("SELECT count(*) FROM sagas") == 1);
        store.commit(2);
        store.writer.reset();
    }
    folder_image image = image_of(store.path);
    const auto ends = read_log_end(store.file).ends;
    CHECK_FALSE((ends[0].may_be_gone && ends[1].may_be_gone));
    log_of(image).resize(end_of_log(image) - 10);
    CHECK_THAT(store.refusal(image), Catch::Contains("was cut"));
}

TEST_CASE("an owner that lost the store leaves its successor's log alone") {
    killed_store store;
    store.commit(1);
    const auto successor = std::move(*sqlite_writer::open(store.file));
    const stored_log_end before = read_log_end(store.file);
    store.writer.reset();
    CHECK(read_log_end(store.file).ends == before.ends);
    CHECK(std::filesystem::file_size(log_path(store.file)) > 0);
}
