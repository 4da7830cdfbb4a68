#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>

#include "engine/ports/journal.hpp"

namespace makegood::statestore {

struct backup_progress {
    std::string store;
    std::uint64_t pages_done = 0;
    std::uint64_t pages_total = 0;
};
using backup_progress_callback = std::function<void(const backup_progress&)>;

// Copies a data folder, live or not, with its archives, into a new folder. Each store is copied as
// it was at one moment while its server goes on writing. The manifest comes last, so that a copy
// that was cut short is no data folder. `target` must not exist or be empty.
[[nodiscard]] store_result<void> backup(
    const std::filesystem::path& source,
    const std::filesystem::path& target,
    const backup_progress_callback& progress = {}
);

// Makes a data folder of a backup, after checking the backup's integrity. `target` must not exist
// or be empty: nothing is ever overwritten.
[[nodiscard]] store_result<void> restore(
    const std::filesystem::path& source,
    const std::filesystem::path& target,
    const backup_progress_callback& progress = {}
);

}  // namespace makegood::statestore
