#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "engine/ports/list_page.hpp"

namespace makegood {

// The position in a list after which the next page starts, as clients see it: opaque.
[[nodiscard]] std::string cursor_text(const list_position& position);
// Nothing when it is not a text of cursor_text().
[[nodiscard]] std::optional<list_position> parse_cursor(std::string_view text);

}  // namespace makegood
