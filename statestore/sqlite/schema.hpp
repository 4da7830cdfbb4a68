#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "statestore/sqlite/connection.hpp"

namespace makegood::statestore {

// "MkGd": tells a store of this program from any other SQLite file.
inline constexpr std::int64_t application_id = 0x4D6B4764;

// From this version on the pages of a store are sealed, and a log has an end beside it.
inline constexpr std::int64_t sealed_since = 2;

// From this version on a store says where it belongs.
inline constexpr std::int64_t bound_since = 3;

// One step of the schema's history. Steps are never changed once released, only appended; the
// file's `user_version` says how many of them it has seen.
struct migration {
    std::int64_t version = 0;  // 1, 2, 3 …
    std::string_view sql;
};

// The whole history. Its text is the schema's documentation.
[[nodiscard]] std::span<const migration> migrations();

// Brings a store, new or old, to the last of `history`: each step in a transaction of its own, so
// that a crash leaves a version between two steps and never half of one. Throws store_failure:
// too_new for a file that has seen more, corrupt for a file that is not a store.
void migrate(connection& db, std::span<const migration> history = migrations());

// The store's version, which may be an earlier one. Throws store_failure as migrate() does.
[[nodiscard]] std::int64_t require_known(connection& db);

// For readers, which change nothing. The same refusals, and too_new's mirror image: a store that
// still has to be migrated by a server.
void require_current(connection& db, std::span<const migration> history = migrations());

}  // namespace makegood::statestore
