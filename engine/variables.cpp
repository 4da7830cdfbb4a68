#include "engine/variables.hpp"

#include <algorithm>
#include <charconv>

namespace makegood {

void variables::set(std::string_view name, std::string value) {
    const auto at = std::lower_bound(
        entries_.begin(), entries_.end(), name,
        [](const entry& left, std::string_view right) { return left.name < right; }
    );
    if (at != entries_.end() && at->name == name) {
        at->value = std::move(value);
    } else {
        entries_.insert(at, {std::string(name), std::move(value)});
    }
}

void variables::merge(const variables& other) {
    entries_.reserve(entries_.size() + other.entries_.size());
    for (const entry& each : other.entries_)
        set(each.name, each.value);
}

const std::string* variables::find(std::string_view name) const {
    // Few enough that walking beats a binary search.
    for (const entry& each : entries_) {
        if (each.name == name) return &each.value;
    }
    return nullptr;
}

std::string_view variables::text(std::string_view name) const {
    const std::string* value = find(name);
    return value == nullptr ? std::string_view{} : std::string_view{*value};
}

std::optional<std::int64_t> variables::integer(std::string_view name) const {
    return integer_of(text(name));
}

std::optional<std::int64_t> integer_of(std::string_view text) {
    std::int64_t number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (text.empty() || error != std::errc{} || end != text.data() + text.size()) return {};
    return number;
}

}  // namespace makegood
