#include "cli/configuration_toml.hpp"

#include <fmt/format.h>

#define TOML_EXCEPTIONS 0
#include <toml++/toml.h>

namespace makegood::cli {

namespace {

struct described_value {
    key_value value;
    std::string found;
};

described_value describe(const toml::node& node) {
    if (const auto* text = node.as_string()) {
        return {text->get(), fmt::format("the text \"{}\"", text->get())};
    }
    if (const auto* number = node.as_integer()) {
        return {number->get(), fmt::format("the number {}", number->get())};
    }
    if (const auto* number = node.as_floating_point()) {
        return {number->get(), fmt::format("the number {}", number->get())};
    }
    if (const auto* truth = node.as_boolean()) {
        return {truth->get(), truth->get() ? "true" : "false"};
    }
    if (node.is_array()) return {{}, "a list"};
    if (node.is_table()) return {{}, "a table"};
    return {{}, "a date or time"};
}

// A table under the name of a key that holds one value, or a value under the name of a table, is an
// entry too: the caller's look-up then explains it.
bool is_known_table(const std::string& name) {
    for (const configuration_key& key : configuration_keys()) {
        if (key.name.starts_with(name + ".")) return true;
    }
    return false;
}

void flatten(
    const toml::table& table,
    const std::string& prefix,
    const std::string& source,
    std::vector<toml_entry>& into
) {
    for (const auto& [key, node] : table) {
        const std::string name = prefix + std::string{key.str()};
        const auto* inner = node.as_table();
        if (inner != nullptr && (is_known_table(name) || !inner->empty())
            && find_configuration_key(name) == nullptr) {
            flatten(*inner, name + ".", source, into);
            continue;
        }
        described_value described = describe(node);
        into.push_back(
            {.source = source,
             .line = key.source().begin.line,
             .column = key.source().begin.column,
             .key = name,
             .found = std::move(described.found),
             .value = std::move(described.value)}
        );
    }
}

}  // namespace

std::optional<key_value> toml_entry::value_for(value_kind kind) const {
    switch (kind) {
        case value_kind::text:
            if (std::holds_alternative<std::string>(value)) return value;
            break;
        case value_kind::boolean:
            if (std::holds_alternative<bool>(value)) return value;
            break;
        case value_kind::integer:
            if (std::holds_alternative<std::int64_t>(value)) return value;
            break;
        case value_kind::number:
            if (std::holds_alternative<double>(value)) return value;
            if (const auto* whole = std::get_if<std::int64_t>(&value)) {
                return key_value{static_cast<double>(*whole)};
            }
            break;
    }
    return std::nullopt;
}

configuration_problem toml_entry::problem(std::string detail) const {
    return {
        .source = source, .line = line, .column = column, .key = key, .detail = std::move(detail)};
}

toml_document parse_toml(std::string_view text, const std::string& source) {
    toml_document document;
    const toml::parse_result parsed = toml::parse(text, source);
    if (!parsed) {
        const toml::parse_error& error = parsed.error();
        document.problems.push_back(
            {.source = source,
             .line = error.source().begin.line,
             .column = error.source().begin.column,
             .detail = std::string{error.description()}}
        );
        return document;
    }
    flatten(parsed.table(), "", source, document.entries);
    std::stable_sort(
        document.entries.begin(), document.entries.end(),
        [](const toml_entry& left, const toml_entry& right) {
            return std::pair{left.line, left.column} < std::pair{right.line, right.column};
        }
    );
    return document;
}

}  // namespace makegood::cli
