#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "engine/time.hpp"

namespace makegood::cli {

// A duration as people write it in the configuration: a whole number and one of ms, s, m, h, d
// (`250ms`, `900s`, `15m`, `24h`, `7d`). Nothing when `text` is not one or does not fit.
[[nodiscard]] std::optional<duration> parse_duration(std::string_view text);
// The same, in the largest unit that keeps it exact: 900000 ms is `15m`.
[[nodiscard]] std::string format_duration(duration length);

// For reading, not for parsing: `340 ms`, `2.4 s`, `3 min 20 s`, `2 h 5 min`, `3 d 4 h`.
[[nodiscard]] std::string describe_duration(duration length);

}  // namespace makegood::cli
