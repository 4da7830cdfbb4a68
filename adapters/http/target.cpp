#include "adapters/http/target.hpp"

#include <boost/beast/core/string.hpp>

namespace makegood::http {

std::optional<std::string_view> origin_form(std::string_view target) {
    constexpr std::string_view scheme = "http://";
    if (target.starts_with('/') || target == "*") return target;
    const std::string_view start = target.substr(0, scheme.size());
    if (!boost::beast::iequals({start.data(), start.size()}, {scheme.data(), scheme.size()})) {
        return std::nullopt;
    }
    target.remove_prefix(scheme.size());
    const auto slash = target.find('/');
    if (slash != std::string_view::npos) return target.substr(slash);
    // `http://host` asks for the root; a query without a path is not worth a copy.
    if (target.find('?') == std::string_view::npos) return "/";
    return std::nullopt;
}

}  // namespace makegood::http
