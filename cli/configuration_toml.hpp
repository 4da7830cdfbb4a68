#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "cli/configuration_keys.hpp"

namespace makegood::cli {

// One `key = value` of a TOML text, its tables flattened into the key.
struct toml_entry {
    std::string source;
    std::uint32_t line = 0;
    std::uint32_t column = 0;
    std::string key;    // "backends.inventory.url"
    std::string found;  // what stands there, for a complaint: `the number 900`
    key_value value;    // monostate for what no key can be: an array, a date

    // The value as that kind; nothing when it is another one. A whole number is a number too.
    [[nodiscard]] std::optional<key_value> value_for(value_kind kind) const;
    [[nodiscard]] configuration_problem problem(std::string detail) const;
};

struct toml_document {
    std::vector<toml_entry> entries;
    configuration_problems problems;  // of the syntax; a key given twice is one
};

// The one place that knows the TOML library.
[[nodiscard]] toml_document parse_toml(std::string_view text, const std::string& source);

}  // namespace makegood::cli
