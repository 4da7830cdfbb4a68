#include "cli/duration_text.hpp"

#include <fmt/format.h>

#include <array>
#include <charconv>
#include <cstdint>

namespace makegood::cli {

namespace {

struct unit {
    std::string_view text;
    std::int64_t milliseconds;
};

// Smallest first.
constexpr std::array units{
    unit{"ms", 1}, unit{"s", 1'000}, unit{"m", 60'000}, unit{"h", 3'600'000},
    unit{"d", 86'400'000}};

constexpr std::int64_t length_max = std::int64_t{86'400'000} * 36'500;  // a hundred years

}  // namespace

std::optional<duration> parse_duration(std::string_view text) {
    std::int64_t count = 0;
    const char* const end = text.data() + text.size();
    const auto [rest, problem] = std::from_chars(text.data(), end, count);
    if (problem != std::errc{} || count < 0) return std::nullopt;
    const std::string_view suffix{rest, static_cast<std::size_t>(end - rest)};
    for (const unit& known : units) {
        if (known.text != suffix) continue;
        if (count > length_max / known.milliseconds) return std::nullopt;
        return duration{count * known.milliseconds};
    }
    return std::nullopt;
}

std::string format_duration(duration length) {
    if (length.count() == 0) return "0s";
    const unit* best = &units.front();
    for (const unit& known : units) {
        if (length.count() % known.milliseconds == 0) best = &known;
    }
    return fmt::format("{}{}", length.count() / best->milliseconds, best->text);
}

std::string describe_duration(duration length) {
    const std::int64_t total = length.count();
    if (total < 0) return "-" + describe_duration(-length);
    if (total < 1'000) return fmt::format("{} ms", total);
    if (total < 60'000) return fmt::format("{}.{} s", total / 1'000, total % 1'000 / 100);
    const std::int64_t seconds = total / 1'000;
    if (seconds < 3'600) return fmt::format("{} min {} s", seconds / 60, seconds % 60);
    if (seconds < 86'400) return fmt::format("{} h {} min", seconds / 3'600, seconds / 60 % 60);
    return fmt::format("{} d {} h", seconds / 86'400, seconds / 3'600 % 24);
}

}  // namespace makegood::cli
