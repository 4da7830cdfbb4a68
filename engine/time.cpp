#include "engine/time.hpp"

#include <algorithm>
#include <cstdint>

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

// RFC 3339 has four digits for a year.
constexpr instant written_first = std::chrono::sys_days{std::chrono::year{0} / 1 / 1};
constexpr instant written_last =
    std::chrono::sys_days{std::chrono::year{10'000} / 1 / 1} - duration{1};

// The last `width` digits of `value`, at `text[at]`.
void write_digits(std::string& text, std::size_t at, std::size_t width, std::int64_t value) {
    for (std::size_t place = at + width; place > at; value /= 10)
        text[--place] = static_cast<char>('0' + value % 10);
}

}  // namespace

std::string format_instant(instant at) {
    at = std::clamp(at, written_first, written_last);
    const auto day = std::chrono::floor<std::chrono::days>(at);
    const std::chrono::year_month_day date{day};
    const std::chrono::hh_mm_ss clock{at - day};
    std::string text = "0000-00-00T00:00:00.000Z";
    write_digits(text, 0, 4, static_cast<int>(date.year()));
    write_digits(text, 5, 2, static_cast<unsigned>(date.month()));
    write_digits(text, 8, 2, static_cast<unsigned>(date.day()));
    write_digits(text, 11, 2, clock.hours().count());
    write_digits(text, 14, 2, clock.minutes().count());
    write_digits(text, 17, 2, clock.seconds().count());
    write_digits(text, 20, 3, clock.subseconds().count());
    return text;
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
