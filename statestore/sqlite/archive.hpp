#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "statestore/sqlite/store.hpp"

namespace makegood::statestore {

// What was pruned from a store is kept beside it in archive/, in stores of the same schema, one for
// each month in which sagas ended: archive/lane-0-2027-01.db. Whoever wants room moves them away,
// with the files that begin with the same name.
inline const std::filesystem::path archive_folder = "archive";  // in the data folder
[[nodiscard]] std::filesystem::path archive_path(
    const std::filesystem::path& store, std::string_view month
);
// Those that are there, oldest first.
[[nodiscard]] std::vector<std::filesystem::path> archives_of(const std::filesystem::path& store);
// Durably, and also where it is there already: a crash may have left it unsynchronised. Throws
// store_failure.
void create_archive_folder(const std::filesystem::path& folder);
// An empty one, of that place if there is one. After a crash there is a whole archive or none.
// Throws store_failure.
void create_archive(const std::filesystem::path& archive, const sqlite_options& options);

}  // namespace makegood::statestore
