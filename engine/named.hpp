#pragma once

#include <compare>
#include <functional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

namespace makegood {

// A text with a meaning: `customer_id` is not an `idempotency_key`, although both are strings.
// A value type; it owns its text. Nothing is checked here: who reads it from outside checks it.
template <class Tag>
struct named_text {
    std::string value;

    named_text() = default;
    explicit named_text(std::string text) : value(std::move(text)) {}
    explicit named_text(std::string_view text) : value(text) {}
    explicit named_text(const char* text) : value(text) {}

    [[nodiscard]] bool empty() const { return value.empty(); }
    auto operator<=>(const named_text&) const = default;
};

// A name that a saga definition declares, such as a state's or a call's. It refers to the
// definition's own text, which lives as long as the program, so a copy is two words and never
// allocates.
template <class Tag>
struct declared_name {
    std::string_view value;

    constexpr declared_name() = default;
    // `text` must have static storage duration.
    constexpr explicit declared_name(std::string_view text) : value(text) {}

    [[nodiscard]] constexpr bool empty() const { return value.empty(); }
    constexpr auto operator<=>(const declared_name&) const = default;
    // Mostly both refer to the very same text. (A compiler may not compare where texts lie.)
    constexpr bool operator==(const declared_name& other) const {
        if (value.size() != other.value.size()) return false;
        if (!std::is_constant_evaluated() && value.data() == other.value.data()) return true;
        return value == other.value;
    }
};

}  // namespace makegood

template <class Tag>
struct std::hash<makegood::named_text<Tag>> {
    std::size_t operator()(const makegood::named_text<Tag>& name) const noexcept {
        return std::hash<std::string_view>{}(name.value);
    }
};
