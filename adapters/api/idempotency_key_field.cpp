#include "adapters/api/idempotency_key_field.hpp"

#include <algorithm>
#include <optional>
#include <string>

#include "adapters/api/problem_codes.hpp"
#include "engine/limits.hpp"

namespace makegood {

namespace {

problem invalid_key(std::string detail) {
    return {400, problem_codes::idempotency_key_invalid, std::move(detail)};
}

// sf-string = DQUOTE *( unescaped / "\" ( DQUOTE / "\" ) ) DQUOTE
std::optional<std::string> unquoted(std::string_view text) {
    if (text.size() < 2 || text.back() != '"') return std::nullopt;
    text = text.substr(1, text.size() - 2);
    std::string value;
    for (std::size_t at = 0; at < text.size(); ++at) {
        if (text[at] == '"') return std::nullopt;
        if (text[at] == '\\') {
            ++at;
            if (at == text.size() || (text[at] != '"' && text[at] != '\\')) return std::nullopt;
        }
        value += text[at];
    }
    return value;
}

bool is_visible(char character) {
    return character > 0x20 && character < 0x7f;
}

}  // namespace

or_problem<idempotency_key> read_idempotency_key(const http::field_list& fields) {
    const std::size_t count = fields.count("Idempotency-Key");
    if (count == 0) {
        return problem{
            400, problem_codes::idempotency_key_missing,
            "send an Idempotency-Key header, so that a repeated request cannot check out twice"};
    }
    if (count > 1) return invalid_key("send exactly one Idempotency-Key header");
    return parse_idempotency_key(fields.find("Idempotency-Key"));
}

or_problem<idempotency_key> parse_idempotency_key(std::string_view text) {
    const bool quoted = text.starts_with('"');
    const std::optional<std::string> value = quoted ? unquoted(text) : std::string(text);
    if (!value) {
        return invalid_key("a quoted key ends with a quote and escapes only \\\" and \\\\");
    }
    if (value->empty() || value->size() > limits::idempotency_key_bytes_max
        || !std::all_of(value->begin(), value->end(), is_visible)) {
        return invalid_key("a key is 1 to 255 visible ASCII characters");
    }
    return idempotency_key(*value);
}

}  // namespace makegood
