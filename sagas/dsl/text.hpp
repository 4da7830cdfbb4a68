#pragma once

#include <algorithm>
#include <cstddef>
#include <string_view>

namespace makegood::dsl {

// A text that can be a template argument: the `"reserving"` of `state<"reserving", ...>`. As an
// argument it has static storage, so views into it live as long as the program.
template <std::size_t Size>
struct fixed_text {
    char bytes[Size]{};

    // NOLINTNEXTLINE(google-explicit-constructor): a literal is meant to convert.
    consteval fixed_text(const char (&text)[Size]) { std::copy_n(text, Size, bytes); }

    [[nodiscard]] constexpr std::string_view view() const { return {bytes, Size - 1}; }
};

}  // namespace makegood::dsl
