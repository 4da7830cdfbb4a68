#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/ports/journal.hpp"

namespace makegood {

// Up to where somebody has read: one position for each lane, in their order.
using event_positions = std::vector<outbox_position>;

// `17-204`: what readers are given, and give back.
[[nodiscard]] std::string position_text(const event_positions& positions);
// Nothing when it is not a text of position_text() for so many lanes.
[[nodiscard]] std::optional<event_positions> parse_positions(
    std::string_view text, std::size_t lanes
);

}  // namespace makegood
