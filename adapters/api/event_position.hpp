#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/ports/journal.hpp"

namespace makegood {

// Up to where somebody has read: one position for each lane, in their order.
using event_positions = std::vector<outbox_position>;

// What positions count: the events of one data folder. A backup is another folder, and so is one
// that was restored: there the same numbers are other events.
struct event_history {
    std::string mark;  // of the folder, in every position; empty: it is not known
    std::size_t lanes = 1;
};
[[nodiscard]] event_history event_history_of(std::string_view folder_id, std::size_t lanes);

// `0f6c93ab12ef.17-204`: what readers are given, and give back.
[[nodiscard]] std::string position_text(std::string_view mark, const event_positions& positions);

// A position that somebody gives.
struct parsed_position {
    std::optional<event_positions> positions = {};
    bool is_foreign = false;  // of another history
};
// Without positions when it is not a text of position_text() for this history.
[[nodiscard]] parsed_position parse_position(std::string_view text, const event_history& history);

}  // namespace makegood
