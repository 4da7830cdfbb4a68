#pragma once

#include <fmt/format.h>

#include <catch2/catch.hpp>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "statestore/data_folder.hpp"
#include "statestore/folder_reader.hpp"
#include "statestore/sqlite/archive.hpp"
#include "statestore/sqlite/connection.hpp"
#include "statestore/sqlite/store.hpp"
#include "statestore/verify.hpp"
#include "tests/statestore/folder_image.hpp"
#include "tests/statestore/toy.hpp"

namespace makegood::statestore {

// A folder with a store that archives: three sagas have ended, one has not.
struct shop_folder {
    definition_registry registry = toy::make_registry();
    toy::temporary_folder folder;
    std::filesystem::path path = folder.path() / "data";
    std::filesystem::path store = path / "lane-0.db";
    std::filesystem::path archive = archive_path(store, "2027-01");
    sqlite_options options = {.archives = true};
    std::unique_ptr<sqlite_writer> writer;
    std::vector<std::unique_ptr<toy::journey>> sagas;

    shop_folder() {
        open();
        for (unsigned number = 0; number < 4; ++number) {
            sagas.push_back(
                std::make_unique<toy::journey>(registry, toy::saga_facts{.number = number})
            );
            REQUIRE(writer->commit(toy::batch_of({sagas.back()->commit()})));
        }
        sagas[0]->works();
        sagas[1]->is_refused();
        sagas[2]->fails_once().is_cancelled().undoes();
        for (unsigned number = 0; number < 3; ++number)
            REQUIRE(writer->commit(toy::batch_of({sagas[number]->commit()})));
    }
    void open() {
        writer.reset();
        const auto opened = data_folder::open(path, {.now = toy::beginning});
        if (!opened) FAIL(opened.error().detail);
        auto made = sqlite_writer::open(store, options);
        if (!made) FAIL(made.error().detail);
        writer = std::move(*made);
    }
    void check_all_is_found() { check_all_is_found(path); }
    void check_all_is_found(const std::filesystem::path& where) {
        const auto reader = std::move(*folder_reader::open(where, registry));
        for (const auto& saga : sagas) {
            CHECK(*reader->load(saga->id()) == saga->record());
            CHECK(*reader->journal(saga->id()) == saga->entries());
        }
    }
    std::string verified() { return verified(path); }
    std::string verified(const std::filesystem::path& where) {
        const auto report = verify(where, registry);
        if (!report) return report.error().detail;
        std::string found;
        for (const difference& each : report->differences)
            found += fmt::format("{} {}: {}\n", each.store, each.what, each.detail);
        return found;
    }
    // The next step that does more than open an archive.
    store_result<pruning> prune(std::size_t at_most) {
        auto step = writer->prune(never, at_most);
        for (int opening = 0; opening < 2; ++opening) {
            const bool idle = step && step->sagas.empty() && step->damaged.empty() && step->more;
            if (idle) step = writer->prune(never, at_most);
        }
        return step;
    }
    // All that may go; how many did.
    std::size_t prune_all(std::size_t at_most = 10) { return prune_all_but({}, at_most); }
    // But for those that must be told of as damaged.
    std::size_t prune_all_but(const std::vector<saga_id>& damaged, std::size_t at_most = 10) {
        std::size_t gone = 0;
        std::vector<std::string> told;
        for (bool more = true; more;) {
            const auto step = writer->prune(never, at_most);
            if (!step) FAIL(step.error().detail);
            gone += step->sagas.size();
            told.insert(told.end(), step->damaged.begin(), step->damaged.end());
            more = step->more;
        }
        REQUIRE(told.size() == damaged.size());
        for (std::size_t i = 0; i < told.size(); ++i)
            CHECK_THAT(told[i], Catch::Contains(damaged[i].text()));
        return gone;
    }
    // While nobody has it open.
    void change_store(const std::string& sql) {
        writer.reset();
        connection db(store, access::read_write, 0);
        db.execute(sql);
        db.execute("PRAGMA wal_checkpoint(TRUNCATE)");
    }
    // As a literal of SQL.
    static std::string key_of(const toy::journey& saga) {
        std::string bytes;
        for (const std::uint8_t byte : saga.id().bytes())
            bytes += fmt::format("{:02x}", byte);
        return fmt::format("x'{}746f79'", bytes);
    }
    bool is_in_store(const toy::journey& saga) {
        return (*sqlite_reader::open(store, registry))->load(saga.id()).has_value();
    }
};

}  // namespace makegood::statestore
