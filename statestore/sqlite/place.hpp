#pragma once

#include <filesystem>
#include <optional>
#include <string>

#include "statestore/sqlite/connection.hpp"
#include "statestore/store_place.hpp"

namespace makegood::statestore {

// Drawn at random: no two folders have the same.
[[nodiscard]] std::string new_folder_id();

// What stands in a store; nothing in one that was never bound to a place.
[[nodiscard]] std::optional<store_place> read_place(connection& db);
// The same for a file that nobody has opened yet, of this version or an earlier one.
[[nodiscard]] std::optional<store_place> read_place(const std::filesystem::path& store);
// Durable as the connection's commits are.
void bind_to_place(connection& db, const store_place& place);

// Why this store is not the one of `expected`, and what to do; nothing when it is.
[[nodiscard]] std::optional<std::string> misplacement(
    const std::filesystem::path& store,
    const std::optional<store_place>& found,
    const store_place& expected
);
// Throws store_failure(corrupt).
void require_place(connection& db, const store_place& expected);

}  // namespace makegood::statestore
