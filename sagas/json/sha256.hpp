#pragma once

#include <array>
#include <cstdint>
#include <string_view>

namespace makegood::json {

// The SHA-256 of a text, such as a canonical one. Safe from any thread.
[[nodiscard]] std::array<std::uint8_t, 32> sha256(std::string_view text);

}  // namespace makegood::json
