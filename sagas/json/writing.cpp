#include "sagas/json/writing.hpp"

#include <array>
#include <charconv>

namespace makegood::json {
namespace {

void append_escaped(std::string& out, char byte) {
    switch (byte) {
        case '"': out += "\\\""; return;
        case '\\': out += "\\\\"; return;
        case '\n': out += "\\n"; return;
        case '\r': out += "\\r"; return;
        case '\t': out += "\\t"; return;
        default: break;
    }
    constexpr std::string_view digits = "0123456789abcdef";
    const auto code = static_cast<unsigned char>(byte);
    out += "\\u00";
    out += digits[code >> 4];
    out += digits[code & 0xF];
}

constexpr bool needs_escape(char byte) {
    return byte == '"' || byte == '\\' || static_cast<unsigned char>(byte) < 0x20;
}

constexpr std::array<bool, 256> escaped_bytes = [] {
    std::array<bool, 256> table{};
    for (std::size_t byte = 0; byte < table.size(); ++byte)
        table[byte] = needs_escape(static_cast<char>(byte));
    return table;
}();

// Where the first byte stands that is not written as it is; the end when all are.
std::size_t plain_end(std::string_view text) {
    std::size_t end = 0;
    while (end < text.size() && !escaped_bytes[static_cast<unsigned char>(text[end])])
        ++end;
    return end;
}

}  // namespace

void append_string(std::string& out, std::string_view text) {
    out += '"';
    for (std::size_t plain = plain_end(text); plain < text.size(); plain = plain_end(text)) {
        out.append(text, 0, plain);
        append_escaped(out, text[plain]);
        text.remove_prefix(plain + 1);
    }
    out.append(text);
    out += '"';
}

object_text::object_text(std::size_t bytes_expected) : out_(own_) {
    out_.reserve(bytes_expected);
    out_ += '{';
}

object_text::object_text(std::string& out) : out_(out) {
    out_ += '{';
}

object_text& object_text::text(std::string_view name, std::string_view value) {
    this->name(name);
    append_string(out_, value);
    return *this;
}

object_text& object_text::text_unless_empty(std::string_view name, std::string_view value) {
    return value.empty() ? *this : text(name, value);
}

object_text& object_text::number(std::string_view name, std::int64_t value) {
    this->name(name);
    std::array<char, 20> digits;  // the sign and the 19 digits of the largest
    const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), value).ptr;
    out_.append(digits.data(), end);
    return *this;
}

object_text& object_text::fragment(std::string_view name, std::string_view json) {
    this->name(name);
    out_ += json;
    return *this;
}

object_text& object_text::fragment_unless_empty(std::string_view name, std::string_view json) {
    return json.empty() ? *this : fragment(name, json);
}

object_text object_text::object(std::string_view name) {
    this->name(name);
    return object_text(out_);
}

std::string object_text::finish() {
    out_ += '}';
    return std::move(own_);
}

void object_text::name(std::string_view name) {
    if (out_.back() != '{') out_ += ',';
    append_string(out_, name);
    out_ += ':';
}

}  // namespace makegood::json
