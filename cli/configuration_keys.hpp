#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "cli/configuration.hpp"

namespace makegood::cli {

// A value as TOML knows it. monostate: not set, which only keys without a default can be.
using key_value = std::variant<std::monostate, bool, std::int64_t, double, std::string>;

enum class value_kind : std::uint8_t { text, boolean, integer, number };

// One key of makegood.toml: its name, what may be said there, and which member it is. The file, the
// flags, the effective configuration and the test of makegood.example.toml all go through this
// table.
struct configuration_key {
    std::string name;  // dotted: "backends.inventory.call_timeout"
    value_kind kind{};
    std::string expects{};  // "a duration from 1s to 24h, such as \"15m\""
    bool has_default = true;
    // False when the value is of the right kind and still not allowed.
    std::function<bool(configuration&, const key_value&)> assign{};
    std::function<key_value(const configuration&)> current{};
};

// All keys, in the order of makegood.example.toml.
[[nodiscard]] const std::vector<configuration_key>& configuration_keys();
// Nothing when there is no such key.
[[nodiscard]] const configuration_key* find_configuration_key(std::string_view name);
// Every name, for suggestions.
[[nodiscard]] const std::vector<std::string>& configuration_key_names();

// A flag's text as a value of the key's kind; nothing when it is not one.
[[nodiscard]] std::optional<key_value> parse_key_value(
    const configuration_key& key, std::string_view text
);

}  // namespace makegood::cli
