#include "cli/configuration_text.hpp"

#include <fmt/format.h>

#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

#include "cli/configuration_keys.hpp"

namespace makegood::cli {

namespace {

namespace json = boost::json;

struct split_name {
    std::string_view table;  // "backends.inventory"; empty at the top
    std::string_view key;
};

split_name split(std::string_view name) {
    const std::size_t dot = name.rfind('.');
    if (dot == std::string_view::npos) return {{}, name};
    return {name.substr(0, dot), name.substr(dot + 1)};
}

json::value json_of(const key_value& value) {
    return std::visit(
        [](const auto& plain) -> json::value {
            using plain_type = std::decay_t<decltype(plain)>;
            if constexpr (std::is_same_v<plain_type, std::monostate>) {
                return nullptr;
            } else {
                return json::value(plain);
            }
        },
        value
    );
}

// Of what a configuration can hold, JSON's spelling is TOML's too, but for whole doubles.
std::string toml_of(const key_value& value) {
    const auto* number = std::get_if<double>(&value);
    if (number == nullptr) return json::serialize(json_of(value));
    std::string text = fmt::format("{}", *number);
    if (text.find_first_of(".e") == std::string::npos) text += ".0";
    return text;
}

json::object& table_in(json::object& root, std::string_view table) {
    json::object* at = &root;
    while (!table.empty()) {
        const std::size_t dot = std::min(table.find('.'), table.size());
        json::value& inner = (*at)[table.substr(0, dot)];
        if (!inner.is_object()) inner.emplace_object();
        at = &inner.get_object();
        table.remove_prefix(std::min(dot + 1, table.size()));
    }
    return *at;
}

}  // namespace

std::string configuration_as_toml(const configuration& settings) {
    std::string text;
    std::string_view open_table;
    for (const configuration_key& key : configuration_keys()) {
        const auto [table, name] = split(key.name);
        const key_value value = key.current(settings);
        if (std::holds_alternative<std::monostate>(value)) continue;
        if (table != open_table) text += fmt::format("\n[{}]\n", table);
        open_table = table;
        text += fmt::format("{} = {}\n", name, toml_of(value));
    }
    return text;
}

std::string configuration_as_json(const configuration& settings) {
    json::object root;
    for (const configuration_key& key : configuration_keys()) {
        const auto [table, name] = split(key.name);
        const key_value value = key.current(settings);
        if (std::holds_alternative<std::monostate>(value)) continue;
        table_in(root, table)[name] = json_of(value);
    }
    return json::serialize(root) + "\n";
}

}  // namespace makegood::cli
