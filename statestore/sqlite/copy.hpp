#pragma once

#include <filesystem>

#include "statestore/backup.hpp"
#include "statestore/sqlite/connection.hpp"

namespace makegood::statestore {

// Copies a store, live or not, as it is at this moment, into a new file. Durable on return. Both
// throw store_failure.
void copy_store(
    const std::filesystem::path& source,
    const std::filesystem::path& target,
    const backup_progress_callback& progress
);

// Reads a whole store and fails with corrupt when SQLite finds damage in it.
void require_sound(const std::filesystem::path& file);

}  // namespace makegood::statestore
