#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace makegood {

// A moment on the wall clock, in milliseconds: time enters the engine only as a value of this type.
using instant = std::chrono::sys_time<std::chrono::milliseconds>;
using duration = std::chrono::milliseconds;

inline constexpr instant never = instant::max();

// RFC 3339 in UTC with milliseconds: 2026-11-20T08:15:30.123Z.
[[nodiscard]] std::string format_instant(instant at);
// Takes any RFC 3339 offset and any number of fraction digits; nothing when `text` is not RFC 3339.
[[nodiscard]] std::optional<instant> parse_instant(std::string_view text);

}  // namespace makegood
