#pragma once

#include <string_view>
#include <vector>

#include "engine/ports/journal.hpp"
#include "statestore/sqlite/connection.hpp"

// What a store keeps of events, read from its tables `outbox` and `sent`. All throw store_failure:
// corrupt for what cannot be right.
namespace makegood::statestore {

inline constexpr std::string_view select_outbox_state =
    "SELECT position, dropped, (SELECT max(last) FROM outbox) FROM sent";

// `select` is a statement of the text above.
[[nodiscard]] outbox_state read_outbox_state(const connection& db, statement& select);

// The reader's statements, over its connection.
class outbox_reading {
public:
    explicit outbox_reading(const connection& db) : db_(db) {}

    [[nodiscard]] outbox_state state() { return read_outbox_state(db_, read_state_); }
    // In a transaction, as it looks twice. Holds one row at a time beside what it returns. Throws
    // for a row that cannot be right only when that comes first.
    [[nodiscard]] std::vector<positioned_event> events(outbox_position after, std::size_t at_most);

private:
    void walk(
        outbox_position from,
        outbox_position dropped,
        std::size_t at_most,
        std::vector<positioned_event>& found
    );

    [[nodiscard]] outbox_position end_of_row_before(outbox_position position);

    const connection& db_;
    statement find_before_{db_, "SELECT max(last) FROM outbox WHERE last <= ?1"};
    statement read_state_{db_, select_outbox_state};
    statement walk_{db_, "SELECT last, events FROM outbox WHERE last > ?1 ORDER BY last"};
};

}  // namespace makegood::statestore
