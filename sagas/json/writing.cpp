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

bool needs_escape(char byte) {
    return byte == '"' || byte == '\\' || static_cast<unsigned char>(byte) < 0x20;
}

}  // namespace

void append_string(std::string& out, std::string_view text) {
    out += '"';
    std::size_t plain_from = 0;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (!needs_escape(text[i])) continue;
        out.append(text, plain_from, i - plain_from);
        append_escaped(out, text[i]);
        plain_from = i + 1;
    }
    out.append(text, plain_from);
    out += '"';
}

object_text::object_text(std::size_t bytes_expected) {
    out_.reserve(bytes_expected);
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

std::string object_text::finish() {
    out_ += '}';
    return std::move(out_);
}

void object_text::name(std::string_view name) {
    if (out_.size() > 1) out_ += ',';
    append_string(out_, name);
    out_ += ':';
}

}  // namespace makegood::json
