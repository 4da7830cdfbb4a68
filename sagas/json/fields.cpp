#include "sagas/json/fields.hpp"

#include <algorithm>
#include <boost/json/string.hpp>

#include "sagas/json/strict_reading.hpp"

namespace makegood::json {
namespace {

bool is_control(char byte) {
    const auto code = static_cast<unsigned char>(byte);
    return code < 0x20 || code == 0x7F;
}

}  // namespace

void field_reader::refuse_others(std::initializer_list<std::string_view> names) {
    for (const auto& member : object_) {
        const std::string_view name = member.key();
        if (std::ranges::find(names, name) != names.end()) continue;
        refuse(name, "this field is not known");
    }
}

std::optional<std::string_view> field_reader::text(std::string_view name, std::size_t bytes_max) {
    const boost::json::value* value = find(name);
    if (value == nullptr) {
        refuse(name, "this field is required");
        return {};
    }
    const boost::json::string* text = value->if_string();
    if (text == nullptr || text->empty() || text->size() > bytes_max) {
        refuse(name, "a text of 1 to " + std::to_string(bytes_max) + " bytes is expected");
        return {};
    }
    if (std::ranges::any_of(*text, is_control)) {
        refuse(name, "control characters are not allowed");
        return {};
    }
    return std::string_view(*text);
}

std::optional<std::int64_t> field_reader::whole_number(
    std::string_view name, whole_number_range range
) {
    const boost::json::value* value = find(name);
    if (value == nullptr) {
        refuse(name, "this field is required");
        return {};
    }
    const std::int64_t* number = value->if_int64();
    if (number == nullptr || *number < range.min || *number > range.max) {
        refuse(
            name, "a whole number from " + std::to_string(range.min) + " to "
                      + std::to_string(range.max) + " is expected"
        );
        return {};
    }
    return *number;
}

std::string field_reader::pointer_to(std::string_view name) const {
    std::string pointer = pointer_;
    append_token(pointer, name);
    return pointer;
}

void field_reader::refuse(std::string_view name, std::string detail) {
    problems_.add(pointer_to(name), std::move(detail));
}

}  // namespace makegood::json
