#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace makegood::cli {

// Those of `known` that a person who typed `typed` may have meant: the nearest, three at most.
// Swapped neighbours, a missing, a wrong or an extra character count as one slip each.
[[nodiscard]] std::vector<std::string> near_misses(
    std::string_view typed, std::span<const std::string> known
);

// ` (did you mean "listen"?)`, or nothing when nothing is near.
[[nodiscard]] std::string did_you_mean(std::string_view typed, std::span<const std::string> known);

}  // namespace makegood::cli
