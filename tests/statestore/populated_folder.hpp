#pragma once

#include <fmt/format.h>

#include <catch2/catch.hpp>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "statestore/data_folder.hpp"
#include "statestore/sqlite/connection.hpp"
#include "statestore/sqlite/store.hpp"
#include "statestore/verify.hpp"
#include "tests/statestore/toy.hpp"

namespace makegood::statestore {

// A data folder with five sagas, each somewhere else on its way.
struct populated_folder {
    definition_registry registry = toy::make_registry();
    toy::temporary_folder folder;
    std::filesystem::path path = folder.path() / "data";
    std::filesystem::path store = path / "lane-0.db";
    std::vector<std::unique_ptr<toy::journey>> sagas;

    populated_folder() {
        const auto opened = data_folder::open(path, {.now = toy::beginning});
        REQUIRE(opened);
        const auto writer = std::move(*sqlite_writer::open(opened->store_path(0)));
        for (unsigned number = 0; number < 5; ++number) {
            sagas.push_back(std::make_unique<toy::journey>(
                registry, toy::saga_facts{.number = number, .key = fmt::format("key-{}", number)}
            ));
        }
        sagas[1]->fails_once().works();
        sagas[2]->is_refused();
        sagas[3]->is_cancelled();
        sagas[4]->waits().is_cancelled().undoes();
        std::vector<saga_commit> changes;
        for (const auto& saga : sagas)
            changes.push_back(saga->commit());
        REQUIRE(writer->commit(toy::batch_of(changes)));
    }

    // Folded in: a log beside a store that was stopped is damage of its own.
    void damage(const std::string& sql) {
        connection db(store, access::read_write, 0);
        db.execute(sql);
        db.execute("PRAGMA wal_checkpoint(TRUNCATE)");
    }
    // As it stands in the store.
    [[nodiscard]] std::string id_of(std::size_t number) const {
        std::string id;
        for (const std::uint8_t byte : sagas[number]->id().bytes())
            id += fmt::format("{:02x}", byte);
        return fmt::format("x'{}746f79'", id);
    }
    // The damaged row is the one of saga `number`.
    void damage_saga(std::size_t number, const std::string& sql) {
        damage(sql + " WHERE saga = " + id_of(number));
    }
    void damage_record(std::size_t number, const std::string& sql) {
        damage(
            "UPDATE records SET record = " + sql
            + " WHERE position = (SELECT record FROM sagas WHERE saga = " + id_of(number) + ")"
        );
    }
    verify_report verified(const verify_options& options = {}) {
        auto report = verify(path, registry, options);
        if (!report) FAIL(report.error().detail);
        return std::move(*report);
    }
    difference only_difference() {
        const verify_report report = verified();
        for (const difference& each : report.differences)
            UNSCOPED_INFO(each.what << ": " << each.detail);
        REQUIRE(report.differences_count == 1);
        REQUIRE(report.differences.size() == 1);
        CHECK(report.differences[0].store == "lane-0.db");
        return report.differences[0];
    }
};

}  // namespace makegood::statestore
