#include "adapters/http/message.hpp"

#include <algorithm>
#include <boost/beast/core/string.hpp>

namespace makegood::http {

namespace {

// Enough for what a gateway and its clients mostly send.
constexpr std::size_t text_bytes_usual = 256;
constexpr std::size_t fields_usual = 8;

bool same_name(std::string_view left, std::string_view right) {
    return boost::beast::iequals({left.data(), left.size()}, {right.data(), right.size()});
}

}  // namespace

void field_list::add(std::string_view name, std::string_view value) {
    if (places_.empty()) {
        text_.reserve(text_bytes_usual);
        places_.reserve(fields_usual);
    }
    text_.append(name);
    const auto name_end = static_cast<std::uint32_t>(text_.size());
    text_.append(value);
    places_.push_back({name_end, static_cast<std::uint32_t>(text_.size())});
}

void field_list::clear() {
    text_.clear();
    places_.clear();
}

field field_list::at(std::size_t index) const {
    const std::size_t begin = index == 0 ? 0 : places_[index - 1].value_end;
    const auto [name_end, value_end] = places_[index];
    const std::string_view text = text_;
    return {text.substr(begin, name_end - begin), text.substr(name_end, value_end - name_end)};
}

field_list::iterator field_list::begin() const {
    return {*this, 0};
}

field_list::iterator field_list::end() const {
    return {*this, places_.size()};
}

std::string_view field_list::find(std::string_view name) const {
    for (const field& candidate : *this) {
        if (same_name(candidate.name, name)) return candidate.value;
    }
    return {};
}

bool field_list::contains(std::string_view name) const {
    return count(name) > 0;
}

std::size_t field_list::count(std::string_view name) const {
    const auto named = [name](const field& candidate) { return same_name(candidate.name, name); };
    return static_cast<std::size_t>(std::count_if(begin(), end(), named));
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
