#pragma once

#include <optional>
#include <string_view>

#include "engine/time.hpp"

namespace makegood {

// Reads the Retry-After field: seconds, or an HTTP date as RFC 9110 section 5.6.7 writes it (the
// preferred form; a date that has passed gives zero). Nothing when it is neither.
[[nodiscard]] std::optional<duration> parse_retry_after(std::string_view text, instant now);

}  // namespace makegood
