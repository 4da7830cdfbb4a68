#pragma once

#include <memory>
#include <string>
#include <vector>

#include "adapters/service.hpp"
#include "cli/configuration.hpp"
#include "cli/console.hpp"
#include "engine/definition.hpp"
#include "engine/ports/journal.hpp"
#include "statestore/data_folder.hpp"

namespace makegood::cli {

// The data folder of a server, owned for as long as this object lives, and one store a lane in it.
// Must outlive the service that uses the stores.
class lane_stores {
public:
    // Creates the folder where there is none. Throws command_failure when another process has it,
    // when it is too new or damaged.
    lane_stores(const configuration& settings, const definition_registry& registry, console& talk);

    [[nodiscard]] std::vector<lane_store> lanes() const;
    [[nodiscard]] const std::string& folder_id() const { return folder_.manifest().id; }

private:
    struct store {
        std::unique_ptr<journal_writer> writer;
        std::vector<std::unique_ptr<journal_reader>> readers;
        std::unique_ptr<journal_reader> events;  // where they are published
    };
    [[nodiscard]] store open_store(
        std::size_t position, const definition_registry& registry, const configuration& settings
    );

    statestore::data_folder folder_;
    std::vector<store> stores_;
};

}  // namespace makegood::cli
