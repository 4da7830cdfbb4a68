#include "examples/storefront/route_table.hpp"

#include <charconv>

namespace storefront {
namespace {

std::vector<std::string_view> split(std::string_view text, char separator) {
    std::vector<std::string_view> parts;
    while (true) {
        const auto end = text.find(separator);
        parts.push_back(text.substr(0, end));
        if (end == std::string_view::npos) return parts;
        text.remove_prefix(end + 1);
    }
}

bool is_placeholder(std::string_view segment) {
    return segment.starts_with('{');
}

// The position of the placeholder, or the number of segments when there is none.
std::size_t placeholder(const std::vector<std::string>& pattern) {
    std::size_t position = 0;
    while (position < pattern.size() && !is_placeholder(pattern[position])) {
        ++position;
    }
    return position;
}

bool fits(const std::vector<std::string>& pattern, const std::vector<std::string_view>& path) {
    if (pattern.size() != path.size()) return false;
    for (std::size_t position = 0; position < path.size(); ++position) {
        const bool same = is_placeholder(pattern[position]) ? !path[position].empty()
                                                            : pattern[position] == path[position];
        if (!same) return false;
    }
    return true;
}

}  // namespace

void route_table::add(
    std::string_view name, key_use keys, std::function<answer(const call&)> handle
) {
    const auto space = name.find(' ');
    entry added{
        .calls = {std::string{name}, keys, std::move(handle)},
        .method = std::string{name.substr(0, space)},
        .segments = {}};
    for (const auto segment : split(name.substr(space + 1), '/')) {
        added.segments.emplace_back(segment);
    }
    entries_.push_back(std::move(added));
}

std::variant<matched_route, allowed_methods> route_table::find(
    std::string_view method, std::string_view path
) const {
    const auto segments = split(path, '/');
    allowed_methods allowed;
    for (const auto& each : entries_) {
        if (!fits(each.segments, segments)) continue;
        if (each.method == method) {
            const auto position = placeholder(each.segments);
            const bool named = position < segments.size();
            return matched_route{
                &each.calls, named ? decoded(segments[position], false) : std::string{}};
        }
        if (!allowed.empty()) allowed += ", ";
        allowed += each.method;
    }
    return allowed;
}

std::string decoded(std::string_view text, bool plus_is_space) {
    std::string plain;
    plain.reserve(text.size());
    for (std::size_t position = 0; position < text.size(); ++position) {
        const char sign = text[position];
        unsigned value = 0;
        const char* digits = text.data() + position + 1;
        const bool escaped = sign == '%' && position + 2 < text.size()
                             && std::from_chars(digits, digits + 2, value, 16).ptr == digits + 2;
        if (escaped) {
            plain += static_cast<char>(value);
            position += 2;
        } else {
            plain += sign == '+' && plus_is_space ? ' ' : sign;
        }
    }
    return plain;
}

std::vector<std::pair<std::string, std::string>> parameters_of(std::string_view query) {
    std::vector<std::pair<std::string, std::string>> parameters;
    if (query.empty()) return parameters;
    for (const auto part : split(query, '&')) {
        const auto equals = part.find('=');
        const auto value =
            equals == std::string_view::npos ? std::string_view{} : part.substr(equals + 1);
        parameters.emplace_back(decoded(part.substr(0, equals), true), decoded(value, true));
    }
    return parameters;
}

}  // namespace storefront
