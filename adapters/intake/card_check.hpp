#pragma once

#include <string_view>

#include "adapters/api/api_context.hpp"

namespace makegood {

// Whether any text, be it JSON or not, holds what `refuse_body` takes for a card number.
[[nodiscard]] bool holds_card_number(const body_refusal& refuse_body, std::string_view text);

}  // namespace makegood
