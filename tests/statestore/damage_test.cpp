// One byte of a data folder is changed, or a file is cut or gone: what is then read is either the
// same as before, or an error that names the file. Never something else, and never a crash.
//
//     MAKEGOOD_SEED=7          repeats a run
//     MAKEGOOD_DAMAGE=all      every byte of every file, one bit each; takes an hour

#include <fmt/format.h>

#include <cstdlib>
#include <iostream>

#include "statestore/data_folder.hpp"
#include "statestore/folder_reader.hpp"
#include "statestore/sqlite/connection.hpp"
#include "statestore/sqlite/store.hpp"
#include "statestore/verify.hpp"
#include "tests/statestore/folder_image.hpp"
#include "tests/statestore/toy.hpp"

using namespace makegood;
using namespace makegood::statestore;
using toy::batch_of;
using toy::folder_image;
using toy::image_of;
using toy::journey;
using toy::lay_out;
using toy::write_bytes;
namespace fs = std::filesystem;

namespace {

constexpr std::size_t flips_of_a_file = 80;
constexpr std::size_t cuts_of_a_file = 15;
constexpr unsigned sagas_count = 24;

std::uint32_t chosen_seed() {
    const char* const wanted = std::getenv("MAKEGOOD_SEED");
    static const std::uint32_t seed =
        wanted == nullptr ? std::random_device{}()
                          : static_cast<std::uint32_t>(std::strtoul(wanted, nullptr, 10));
    return seed;
}

bool every_byte() {
    const char* const wanted = std::getenv("MAKEGOOD_DAMAGE");
    return wanted != nullptr && std::string_view(wanted) == "all";
}

class memory_folder {
public:
    memory_folder() {
        std::string pattern = "/dev/shm/makegood-XXXXXX";
        if (::mkdtemp(pattern.data()) != nullptr) path_ = pattern;
    }
    ~memory_folder() {
        if (!path_.empty()) fs::remove_all(path_);
    }
    memory_folder(const memory_folder&) = delete;
    memory_folder& operator=(const memory_folder&) = delete;
    [[nodiscard]] fs::path path() const { return path_.empty() ? disk_.path() : path_; }

private:
    toy::temporary_folder disk_;
    fs::path path_;
};

// Two stores with sagas in every condition; the log has begun again several times, so that frames
// of an earlier round lie behind its end.
class busy_folder {
public:
    busy_folder(const definition_registry& registry, const fs::path& path) {
        const data_folder folder = *data_folder::open(path, {.stores = 2, .now = toy::beginning});
        std::vector<std::unique_ptr<sqlite_writer>> writers;
        for (std::size_t store = 0; store < 2; ++store) {
            auto opened = sqlite_writer::open(folder.store_path(store), {.checkpoint_pages = 60});
            if (!opened) FAIL(opened.error().detail);
            writers.push_back(std::move(*opened));
        }
        for (unsigned number = 0; number < sagas_count; ++number) {
            journey saga(
                registry, {.number = number,
                           .customer = fmt::format("cus_{}", number % 5),
                           .key = number % 3 == 0 ? "" : fmt::format("key-{}", number),
                           .at = toy::beginning + duration{number * 1'000},
                           .saga = number % 3 == 0 ? "pet" : "toy",
                           .address = std::string(number == 7 ? 9'000 : 60, 'a')}
            );
            sqlite_writer& writer = *writers[folder.store_of(saga.id().owner())];
            commit(writer, saga);
            for (unsigned round = 0; round < number % 4; ++round)
                commit(writer, saga.fails_once());
            if (number % 4 == 1) commit(writer, saga.works());
            if (number % 4 == 2) commit(writer, saga.is_refused());
            if (number % 8 == 3) commit(writer, saga.is_cancelled());
        }
        killed_ = image_of(path);
        writers.clear();
        closed_ = image_of(path);
    }

    // As a kill leaves it, and as a stop does.
    [[nodiscard]] const folder_image& killed() const { return killed_; }
    [[nodiscard]] const folder_image& closed() const { return closed_; }

private:
    static void commit(sqlite_writer& writer, journey& saga) {
        saga_commit change = saga.commit();
        change.outbox.push_back(toy::event_of(change));
        const auto committed = writer.commit(batch_of({change}));
        if (!committed) FAIL(committed.error().detail);
    }

    folder_image killed_;
    folder_image closed_;
};

// -- what is read

void add_rows(std::string& dump, const fs::path& store, std::string_view table, int columns) {
    connection db(store, access::read_only, 0);
    statement all(db, fmt::format("SELECT * FROM {}", table));
    dump += fmt::format("{} {}\n", store.filename().string(), table);
    for (rows row = all.select(); row.next(); dump += '\n') {
        for (int column = 0; column < columns; ++column) {
            dump += row.is_null(column) ? "NULL" : std::string(row.bytes(column));
            dump += '|';
        }
    }
}

// Everything that a folder holds, but for what an opening changes (the epoch).
std::string dump_of(const fs::path& folder, const definition_registry& registry) {
    const folder_manifest manifest = value_of(read_manifest(folder));
    std::string dump = format_instant(manifest.created_at) + "\n";
    for (const std::uint8_t store : manifest.store_of_partition)
        dump += std::to_string(store);
    for (const std::string& name : manifest.stores) {
        for (const auto& [table, columns] :
             {std::pair{"journal", 4},
              {"sagas", 10},
              {"unfinished", 2},
              {"starts", 4},
              {"records", 2},
              {"of_customer", 3},
              {"retained_keys", 2},
              {"outbox", 3},
              {"sent", 3},
              {"counters", 2}})
            add_rows(dump, folder / name, table, columns);
    }
    const auto reader = value_of(folder_reader::open(folder, registry));
    std::vector<saga_query> queries{{.saga = ""}};
    for (unsigned customer = 0; customer < 5; ++customer)
        queries.push_back({.saga = "", .customer = fmt::format("cus_{}", customer)});
    queries.push_back({.saga = "", .reason = "out_of_paint"});
    for (const saga_query& query : queries) {
        for (const saga_record& saga : value_of(reader->list(query)).items)
            dump += saga.id.text() + " " + std::string(saga.state.value) + "\n";
    }
    for (const wake_up& each : value_of(reader->unfinished())) {
        dump += each.id.text() + format_instant(each.at) + "\n";
        dump += std::to_string(value_of(reader->journal(each.id)).size());
    }
    for (const auto& [status, count] : value_of(reader->statistics()).sagas_by_status)
        dump += fmt::format("{} {}\n", status, count);
    return dump;
}

// The words of an error; empty when there was none and the folder gave `dump`.
struct outcome {
    std::string error;
    std::string dump;
};

// As `serve` opens a folder.
outcome served(
    const fs::path& path, const definition_registry& registry, const sqlite_options& how
) {
    try {
        const data_folder folder = value_of(data_folder::open(path, {}));
        std::vector<std::unique_ptr<sqlite_writer>> writers;
        for (std::size_t store = 0; store < folder.stores_count(); ++store)
            writers.push_back(value_of(sqlite_writer::open(folder.store_path(store), how)));
        return {{}, dump_of(path, registry)};
    } catch (const store_failure& failure) {
        return {failure.error.detail, {}};
    }
}

outcome verified(const fs::path& path, const definition_registry& registry) {
    const auto report = verify(path, registry);
    if (!report) return {report.error().detail, {}};
    std::string said;
    for (const difference& each : report->differences)
        said += fmt::format("{} {}: {}\n", each.store, each.what, each.detail);
    return {said, {}};
}

// -- damage

struct damage {
    enum class kind { flip, cut, removal } what = kind::flip;
    std::string file;
    std::size_t position = 0;
    unsigned bit = 0;

    [[nodiscard]] std::string text() const {
        if (what == kind::removal) return file + " is removed";
        if (what == kind::cut) return fmt::format("{} is cut at {}", file, position);
        return fmt::format("{}: bit {} of byte {} is flipped", file, bit, position);
    }
    // "lane-0.db" for what lies beside it.
    [[nodiscard]] std::string store() const { return file.substr(0, file.find(".db") + 3); }
};

void do_damage(const damage& done, const folder_image& image, const fs::path& folder) {
    const fs::path path = folder / done.file;
    std::string bytes = image.at(done.file);
    switch (done.what) {
        case damage::kind::removal: fs::remove(path); return;
        case damage::kind::cut: bytes.resize(done.position); break;
        case damage::kind::flip:
            bytes[done.position] = static_cast<char>(bytes[done.position] ^ (1 << done.bit));
    }
    write_bytes(path, bytes);
}

std::vector<damage> damages_of(const folder_image& image, std::mt19937& chance) {
    std::vector<damage> all;
    for (const auto& [file, bytes] : image) {
        all.push_back({damage::kind::removal, file});
        if (bytes.empty()) continue;
        const auto somewhere = [&chance, size = bytes.size()] { return chance() % size; };
        for (std::size_t i = 0; i < cuts_of_a_file; ++i)
            all.push_back({damage::kind::cut, file, somewhere()});
        const std::size_t flips = every_byte() ? bytes.size() : flips_of_a_file;
        for (std::size_t i = 0; i < flips; ++i)
            all.push_back(
                {damage::kind::flip, file, every_byte() ? i : somewhere(),
                 static_cast<unsigned>(chance() % 8)}
            );
        // The header of a file is a small part of it, and every field of it matters.
        for (std::size_t i = 0; i < std::min<std::size_t>(100, bytes.size()); i += 1 + chance() % 4)
            all.push_back({damage::kind::flip, file, i, static_cast<unsigned>(chance() % 8)});
    }
    return all;
}

struct tally {
    std::size_t named = 0;
    std::size_t same = 0;
};

// `how` it is opened by the server.
tally judge_all(const folder_image& image, const sqlite_options& how, const char* title) {
    const definition_registry registry = toy::make_registry();
    const memory_folder memory;
    const fs::path folder = memory.path() / "data";
    lay_out(image, folder);
    const std::string expected = dump_of(folder, registry);
    REQUIRE(expected.size() > 4'000);
    std::mt19937 chance(chosen_seed());
    std::map<std::string, tally> counted;
    tally sum;
    for (const damage& each : damages_of(image, chance)) {
        lay_out(image, folder);
        do_damage(each, image, folder);
        INFO("seed " << chosen_seed() << ", " << title << ": " << each.text());
        const outcome checked = verified(folder, registry);
        const outcome opened = served(folder, registry, how);
        const std::string name = each.file == "makegood.json" ? each.file : each.store();
        for (const outcome& said : {checked, opened}) {
            if (said.error.empty()) continue;
            INFO(said.error);
            const bool named = said.error.find(name) != std::string::npos
                               || said.error.find("is not a data folder") != std::string::npos;
            if (!named) FAIL("the error does not name " << name);
        }
        // Nothing else is ever read, and what verify passes can be served.
        if (opened.error.empty() && opened.dump != expected) FAIL("other data were served");
        if (checked.error.empty() && !opened.error.empty()) {
            FAIL("verify saw nothing, serve says: " << opened.error);
        }
        tally& of_file = counted[each.file];
        ++(checked.error.empty() ? of_file.same : of_file.named);
        ++(checked.error.empty() ? sum.same : sum.named);
    }
    std::cout << fmt::format("damage, {}, seed {}:", title, chosen_seed());
    for (const auto& [file, count] : counted)
        std::cout << fmt::format("  {} {} named {} harmless;", file, count.named, count.same);
    std::cout << std::endl;
    return sum;
}

}  // namespace

TEST_CASE("any damage to a folder is named, or changes nothing that is read") {
    const definition_registry registry = toy::make_registry();
    const memory_folder memory;
    const busy_folder busy(registry, memory.path() / "busy");
    SECTION("after a kill") {
        CHECK(busy.killed().contains("lane-1.db-wal"));
        CHECK(judge_all(busy.killed(), {}, "killed").named > 300);
    }
    SECTION("after a kill, in stores that are too large to be read as a whole") {
        CHECK(judge_all(busy.killed(), {.checked_pages_max = 0}, "killed, large").named > 300);
    }
    SECTION("after a stop") {
        CHECK_FALSE(busy.closed().contains("lane-1.db-wal"));
        CHECK(judge_all(busy.closed(), {}, "stopped").named > 150);
    }
}

TEST_CASE("one damaged half of a log's end is named by verify, and written anew by a server") {
    const definition_registry registry = toy::make_registry();
    const memory_folder memory;
    const busy_folder busy(registry, memory.path() / "busy");
    const fs::path folder = memory.path() / "data";
    const bool killed = GENERATE(true, false);
    lay_out(killed ? busy.killed() : busy.closed(), folder);
    std::string end = toy::read_bytes(folder / "lane-1.db-end");
    end[GENERATE(20U, 44U + 20U)] ^= 1;
    write_bytes(folder / "lane-1.db-end", end);
    CHECK_THAT(
        verified(folder, registry).error, Catch::Contains("lane-1.db log-end-damaged")
                                              && !Catch::Contains("lane-0.db")
                                              && Catch::Contains("server")
    );
    {
        const data_folder opened = value_of(data_folder::open(folder, {}));
        REQUIRE(opened.warnings().size() == 1);
        CHECK_THAT(opened.warnings()[0], Catch::Contains("lane-1.db-end"));
    }
    CHECK(served(folder, registry, {}).error.empty());
    CHECK(verified(folder, registry).error.empty());
}
