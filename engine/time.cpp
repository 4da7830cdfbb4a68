#include "engine/time.hpp"

#include <array>
#include <charconv>
#include <cstdio>

namespace makegood {
namespace {

// Reads exactly `width` digits at `text[at]`; nothing when they are not there.
std::optional<int> digits(std::string_view text, std::size_t at, std::size_t width) {
    if (at + width > text.size()) return {};
    int value = 0;
    for (const char digit : text.substr(at, width)) {
        if (digit < '0' || digit > '9') return {};
        value = value * 10 + (digit - '0');
    }
    return value;
}

struct fraction {
    int milliseconds = 0;
    std::size_t end = 0;
};

std::optional<fraction> read_fraction(std::string_view text, std::size_t at) {
    if (at >= text.size() || text[at] != '.') return fraction{0, at};
    std::size_t end = at + 1;
    int milliseconds = 0;
    int scale = 100;
    for (; end < text.size() && text[end] >= '0' && text[end] <= '9'; ++end) {
        milliseconds += (text[end] - '0') * scale;
        scale /= 10;
    }
    if (end == at + 1) return {};
    return fraction{milliseconds, end};
}

std::optional<std::chrono::minutes> read_offset(std::string_view text) {
    if (text == "Z" || text == "z") return std::chrono::minutes{0};
    if (text.size() != 6 || (text[0] != '+' && text[0] != '-') || text[3] != ':') return {};
    const auto hours = digits(text, 1, 2);
    const auto minutes = digits(text, 4, 2);
    if (!hours || !minutes || *hours > 23 || *minutes > 59) return {};
    const std::chrono::minutes offset{*hours * 60 + *minutes};
    return text[0] == '+' ? offset : -offset;
}

}  // namespace

std::string format_instant(instant at) {
    const auto day = std::chrono::floor<std::chrono::days>(at);
    const std::chrono::year_month_day date{day};
    const std::chrono::hh_mm_ss clock{at - day};
    std::array<char, 40> text{};
    const int size = std::snprintf(
        text.data(), text.size(), "%04d-%02u-%02uT%02d:%02d:%02d.%03dZ",
        static_cast<int>(date.year()), static_cast<unsigned>(date.month()),
        static_cast<unsigned>(date.day()), static_cast<int>(clock.hours().count()),
        static_cast<int>(clock.minutes().count()), static_cast<int>(clock.seconds().count()),
        static_cast<int>(clock.subseconds().count())
    );
    return {text.data(), static_cast<std::size_t>(size)};
}

std::optional<instant> parse_instant(std::string_view text) {
    const auto year = digits(text, 0, 4);
    const auto month = digits(text, 5, 2);
    const auto day = digits(text, 8, 2);
    const auto hour = digits(text, 11, 2);
    const auto minute = digits(text, 14, 2);
    const auto second = digits(text, 17, 2);
    if (!year || !month || !day || !hour || !minute || !second) return {};
    if (text[4] != '-' || text[7] != '-' || text[13] != ':' || text[16] != ':') return {};
    if (text[10] != 'T' && text[10] != 't' && text[10] != ' ') return {};
    const auto part = read_fraction(text, 19);
    if (!part) return {};
    const auto offset = read_offset(text.substr(part->end));
    const std::chrono::year_month_day date{
        std::chrono::year{*year}, std::chrono::month{static_cast<unsigned>(*month)},
        std::chrono::day{static_cast<unsigned>(*day)}};
    if (!offset || !date.ok() || *hour > 23 || *minute > 59 || *second > 60) return {};
    return std::chrono::sys_days{date} + std::chrono::hours{*hour} + std::chrono::minutes{*minute}
           + std::chrono::seconds{*second} + std::chrono::milliseconds{part->milliseconds}
           - *offset;
}

}  // namespace makegood
