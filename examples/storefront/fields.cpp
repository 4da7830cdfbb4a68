#include "examples/storefront/fields.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <boost/json.hpp>
#include <charconv>

#include "examples/storefront/broken_rules.hpp"
#include "examples/storefront/call.hpp"

namespace storefront {
namespace json = boost::json;

void refuse_field(std::string_view name, std::string_view expected) {
    throw refusal(
        is_broken(rule::invalid_field) ? 500 : 422, "invalid_field",
        fmt::format("`{}` must be {}", name, expected), {{"field", std::string{name}}}
    );
}

std::string required_text(const json::object& body, std::string_view name) {
    const auto* value = body.if_contains(name);
    const auto* text = value != nullptr ? value->if_string() : nullptr;
    if (text == nullptr || text->empty() || text->size() > text_bytes_max) {
        refuse_field(name, fmt::format("a string of 1 to {} bytes", text_bytes_max));
    }
    return std::string{*text};
}

std::string optional_text(
    const json::object& body, std::string_view name, std::string_view otherwise
) {
    const auto* value = body.if_contains(name);
    if (value == nullptr || value->is_null()) return std::string{otherwise};
    return required_text(body, name);
}

std::int64_t required_integer(const json::object& body, std::string_view name, bounds allowed) {
    const auto* value = body.if_contains(name);
    const auto* number = value != nullptr ? value->if_int64() : nullptr;
    if (number == nullptr || *number < allowed.least || *number > allowed.most) {
        refuse_field(
            name, fmt::format("a whole number from {} to {}", allowed.least, allowed.most)
        );
    }
    return *number;
}

const json::object& required_object(const json::object& body, std::string_view name) {
    const auto* value = body.if_contains(name);
    const auto* object = value != nullptr ? value->if_object() : nullptr;
    if (object == nullptr) refuse_field(name, "an object");
    return *object;
}

std::vector<line> required_items(const json::object& body) {
    const auto* value = body.if_contains("items");
    const auto* items = value != nullptr ? value->if_array() : nullptr;
    if (items == nullptr || items->empty() || items->size() > lines_max) {
        refuse_field("items", fmt::format("an array of 1 to {} lines", lines_max));
    }
    std::vector<line> lines;
    for (const auto& item : *items) {
        const auto* members = item.if_object();
        if (members == nullptr) refuse_field("items", "an array of objects");
        line next{
            .sku = required_text(*members, "sku"),
            .quantity = required_integer(*members, "quantity", {1, quantity_max})};
        const auto same = std::find_if(lines.begin(), lines.end(), [&](const line& earlier) {
            return earlier.sku == next.sku;
        });
        if (same != lines.end()) {
            same->quantity += next.quantity;
        } else {
            lines.push_back(std::move(next));
        }
    }
    return lines;
}

std::int64_t page_size(const call& asked) {
    const auto text = asked.parameter("limit");
    if (text.empty()) return page_otherwise;
    std::int64_t limit = 0;
    const auto read = std::from_chars(text.data(), text.data() + text.size(), limit);
    const bool whole = read.ec == std::errc{} && read.ptr == text.data() + text.size();
    if (!whole || limit < 1 || limit > page_max) {
        refuse_field("limit", fmt::format("a whole number from 1 to {}", page_max));
    }
    return limit;
}

std::string kept_as_text(const json::object& body, std::string_view name) {
    const auto* value = body.if_contains(name);
    return value != nullptr ? json::serialize(*value) : "null";
}

void read_back(json::object& row, std::string_view name) {
    auto* value = row.if_contains(name);
    if (value == nullptr || !value->is_string()) return;
    auto read = json::parse(std::string{value->get_string()});
    if (read.is_null()) {
        row.erase(name);
    } else {
        *value = std::move(read);
    }
}

}  // namespace storefront
