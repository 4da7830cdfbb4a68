#include "adapters/participants/retry_after.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <chrono>

// IMF-fixdate: "Sun, 06 Nov 1994 08:49:37 GMT"
//   positions:  0    5  8   12   17 20 23 26
namespace makegood {

namespace {

// A wait beyond this says nothing that a later attempt would not find out.
constexpr duration wait_max = std::chrono::hours{24};

std::optional<int> number(std::string_view digits) {
    int value = 0;
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
    const bool whole = error == std::errc{} && end == digits.data() + digits.size();
    const bool plain = !digits.empty() && digits.front() != '-';
    return whole && plain ? std::optional(value) : std::nullopt;
}

std::optional<unsigned> month_number(std::string_view name) {
    constexpr std::array<std::string_view, 12> names = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                        "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    const auto found = std::find(names.begin(), names.end(), name);
    if (found == names.end()) return std::nullopt;
    return static_cast<unsigned>(found - names.begin()) + 1;
}

std::optional<instant> parse_date(std::string_view text) {
    using namespace std::chrono;
    if (text.size() != 29 || text.substr(3, 2) != ", " || text.substr(25) != " GMT") return {};
    if (text[19] != ':' || text[22] != ':') return {};
    const auto day_number = number(text.substr(5, 2));
    const auto month_found = month_number(text.substr(8, 3));
    const auto year_number = number(text.substr(12, 4));
    const auto hour = number(text.substr(17, 2));
    const auto minute = number(text.substr(20, 2));
    const auto second = number(text.substr(23, 2));
    if (!day_number || !month_found || !year_number || !hour || !minute || !second) return {};
    const year_month_day date{
        year{*year_number}, month{*month_found}, day{static_cast<unsigned>(*day_number)}};
    if (!date.ok() || *hour > 23 || *minute > 59 || *second > 60) return {};
    return instant{
        sys_days{date} + hours{*hour} + minutes{*minute} + seconds{*second} + milliseconds{0}};
}

}  // namespace

std::optional<duration> parse_retry_after(std::string_view text, instant now) {
    const bool digits_only =
        !text.empty() && text.find_first_not_of("0123456789") == std::string_view::npos;
    if (digits_only) {
        const auto seconds = number(text);
        return seconds ? std::min<duration>(std::chrono::seconds{*seconds}, wait_max) : wait_max;
    }
    const auto date = parse_date(text);
    if (!date) return std::nullopt;
    return std::clamp(*date - now, duration{0}, wait_max);
}

}  // namespace makegood
