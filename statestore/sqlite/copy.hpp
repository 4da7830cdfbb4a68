#pragma once

#include <filesystem>

#include "statestore/backup.hpp"
#include "statestore/sqlite/connection.hpp"
#include "statestore/store_place.hpp"

namespace makegood::statestore {

struct placed_file {
    std::filesystem::path file;
    store_place place;
};

// Copies a store, live or not, as it is at this moment, into a new file, which gets a place of its
// own. Durable on return. Both throw store_failure.
void copy_store(
    const placed_file& source, const placed_file& target, const backup_progress_callback& progress
);

// Reads a whole store and fails with corrupt when SQLite finds damage in it.
void require_sound(const std::filesystem::path& file);

}  // namespace makegood::statestore
