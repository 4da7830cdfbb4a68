#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "engine/identifiers.hpp"
#include "engine/time.hpp"

namespace makegood {

// The position in a list after which the next page starts. Opaque to clients.
using list_position = std::pair<instant, saga_id>;

[[nodiscard]] std::string cursor_text(const list_position& position);
// Nothing when it is not a text of cursor_text().
[[nodiscard]] std::optional<list_position> parse_cursor(std::string_view text);

}  // namespace makegood
