#include "adapters/api/prefer_field.hpp"

#include <algorithm>
#include <boost/beast/core/string.hpp>
#include <charconv>
#include <string_view>

#include "engine/limits.hpp"

// Prefer     = #preference
// preference = token [ "=" word ] *( ";" parameter )
namespace makegood {

namespace {

bool same(std::string_view left, std::string_view right) {
    return boost::beast::iequals({left.data(), left.size()}, {right.data(), right.size()});
}

std::string_view trimmed(std::string_view text) {
    const std::size_t first = text.find_first_not_of(" \t");
    if (first == std::string_view::npos) return {};
    return text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

// Cuts off and returns what comes before `separator`, which inside quotes does not separate.
std::string_view take_until(std::string_view& rest, char separator) {
    bool quoted = false;
    std::size_t at = 0;
    for (; at < rest.size(); ++at) {
        if (quoted && rest[at] == '\\') {
            ++at;
        } else if (rest[at] == '"') {
            quoted = !quoted;
        } else if (!quoted && rest[at] == separator) {
            break;
        }
    }
    at = std::min(at, rest.size());
    const std::string_view taken = rest.substr(0, at);
    rest.remove_prefix(std::min(rest.size(), at + 1));
    return trimmed(taken);
}

std::optional<duration> parse_wait(std::string_view text) {
    if (text.size() >= 2 && text.front() == '"' && text.back() == '"') {
        text = text.substr(1, text.size() - 2);
    }
    if (text.empty() || text.find_first_not_of("0123456789") != std::string_view::npos) return {};
    std::uint64_t seconds = 0;
    const auto result = std::from_chars(text.data(), text.data() + text.size(), seconds);
    if (result.ec != std::errc{}) seconds = limits::wait_seconds_max;
    seconds = std::min<std::uint64_t>(seconds, limits::wait_seconds_max);
    return std::chrono::seconds{seconds};
}

void read_preference(std::string_view text, preferences& known) {
    const std::string_view preference = take_until(text, ';');
    std::string_view value = preference;
    const std::string_view name = take_until(value, '=');
    if (same(name, "respond-async")) known.respond_async = true;
    if (same(name, "wait") && !known.wait) known.wait = parse_wait(trimmed(value));
}

}  // namespace

std::string preferences::applied(bool answered_before_end) const {
    std::string text;
    if (respond_async && answered_before_end) text = "respond-async";
    if (!wait) return text;
    if (!text.empty()) text += ", ";
    const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(*wait).count();
    return text.append("wait=").append(std::to_string(seconds));
}

preferences read_preferences(const http::field_list& fields) {
    preferences known;
    for (const http::field& field : fields) {
        if (!same(field.name, "Prefer")) continue;
        std::string_view rest = field.value;
        while (!rest.empty())
            read_preference(take_until(rest, ','), known);
    }
    return known;
}

}  // namespace makegood
