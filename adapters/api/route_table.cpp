#include "adapters/api/route_table.hpp"

#include <optional>

#include "engine/assert.hpp"

namespace makegood {

namespace {

using segments = std::array<std::string_view, 2>;

// Cuts the first segment off; both texts begin with '/'.
std::string_view take_segment(std::string_view& rest) {
    const std::size_t end = rest.find('/', 1);
    const std::string_view taken = rest.substr(0, end);
    rest.remove_prefix(taken.size());
    return taken;
}

std::optional<segments> match_pattern(std::string_view pattern, std::string_view path) {
    segments taken;
    std::size_t taken_count = 0;
    while (!pattern.empty() && !path.empty()) {
        const std::string_view wanted = take_segment(pattern);
        const std::string_view given = take_segment(path);
        if (wanted[1] != '{') {
            if (wanted != given) return std::nullopt;
            continue;
        }
        if (given.size() == 1) return std::nullopt;
        ASSERT(taken_count < taken.size());
        taken[taken_count++] = given.substr(1);
    }
    if (!pattern.empty() || !path.empty()) return std::nullopt;
    return taken;
}

}  // namespace

route_match match_route(std::string_view method, std::string_view path) {
    route_match found;
    if (!path.starts_with('/')) return found;
    for (std::size_t index = 0; index < routes.size(); ++index) {
        const auto taken = match_pattern(routes[index].pattern, path);
        if (!taken) continue;
        // HEAD is GET whose body the transport leaves out.
        const bool is_head = method == "HEAD" && routes[index].method == "GET";
        if (routes[index].method == method || is_head) {
            found.index = index;
            found.segments = *taken;
            return found;
        }
        if (!found.allow.empty()) found.allow += ", ";
        found.allow += routes[index].method;
        if (routes[index].method == "GET") found.allow += ", HEAD";
    }
    return found;
}

}  // namespace makegood
