#pragma once

#include <filesystem>
#include <functional>
#include <string>

#include "engine/definition.hpp"
#include "statestore/data_folder.hpp"
#include "statestore/verify.hpp"

namespace makegood::statestore {

// One store of a folder, or one of its archives.
struct checked_store {
    const std::filesystem::path& folder;
    const folder_manifest& manifest;
    std::size_t position;
    std::filesystem::path archive = {};  // one of its archives, to be checked instead

    [[nodiscard]] std::filesystem::path file() const {
        return archive.empty() ? folder / manifest.stores[position] : archive;
    }
};

// Checks one store for verify(): adds what it counts and finds to `report`. Reads in chunks, each
// of one moment, so that a live store's log can begin again in between. Throws store_failure when
// the store cannot be opened; damage that is met while reading is a difference.
void check_store(
    const checked_store& store,
    const definition_registry& registry,
    const verify_options& options,
    verify_report& report
);

}  // namespace makegood::statestore
