#include "adapters/http/message.hpp"

#include <algorithm>
#include <boost/beast/core/string.hpp>

namespace makegood::http {

namespace {

bool same_name(std::string_view left, std::string_view right) {
    return boost::beast::iequals({left.data(), left.size()}, {right.data(), right.size()});
}

}  // namespace

std::string_view field_list::find(std::string_view name) const {
    for (const field& candidate : fields_) {
        if (same_name(candidate.name, name)) return candidate.value;
    }
    return {};
}

bool field_list::contains(std::string_view name) const {
    return count(name) > 0;
}

std::size_t field_list::count(std::string_view name) const {
    const auto named = [name](const field& candidate) { return same_name(candidate.name, name); };
    return static_cast<std::size_t>(std::count_if(fields_.begin(), fields_.end(), named));
}

std::string_view request::path() const {
    return std::string_view(target).substr(0, target.find('?'));
}

std::string_view request::query() const {
    const auto mark = target.find('?');
    return mark == std::string::npos ? std::string_view()
                                     : std::string_view(target).substr(mark + 1);
}

}  // namespace makegood::http
