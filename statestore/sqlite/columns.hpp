#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "engine/definition.hpp"
#include "engine/ports/journal.hpp"
#include "statestore/bytes.hpp"
#include "statestore/sqlite/connection.hpp"

// How our types stand in the columns of a store, for its writer, its reader and verify.
namespace makegood::statestore {

[[nodiscard]] inline std::int64_t milliseconds_of(instant at) {
    return at.time_since_epoch().count();
}
[[nodiscard]] inline instant instant_of(std::int64_t milliseconds) {
    return instant{duration{milliseconds}};
}

// `id` must outlive the result.
[[nodiscard]] inline blob blob_of(const std::array<char, id_bytes_size>& id) {
    return {{id.data(), id.size()}};
}

// As `sagas.status` has it; schema.cpp says which is which.
[[nodiscard]] inline std::int64_t number_of(saga_status status) {
    static_assert(static_cast<int>(saga_status::compensated) == 6);
    return static_cast<std::int64_t>(status);
}

[[nodiscard]] std::optional<saga_status> status_of(std::int64_t number);

// Throws store_failure when the column does not hold one.
[[nodiscard]] saga_id read_id(const connection& db, const rows& row, int column);

// "ended chk completed"
[[nodiscard]] std::string ended_counter(std::string_view prefix, std::string_view status);

// What a row of SQLite's own check says, in our words: "page 6 is not as it was written".
[[nodiscard]] std::string words_of_check(std::string_view found);

[[noreturn]] void fail_corrupt(const connection& db, std::string detail);
// Fails with corrupt when SQLite's own check finds something: quick_check, or integrity_check,
// which compares the indexes too.
void require_own_check(connection& db, std::string_view pragma);

}  // namespace makegood::statestore
