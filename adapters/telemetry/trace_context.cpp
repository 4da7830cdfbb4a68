#include "adapters/telemetry/trace_context.hpp"

#include <span>

#include "engine/assert.hpp"

// traceparent = version "-" trace-id "-" parent-id "-" flags
//   version 2, trace-id 32, parent-id 16, flags 2 lower-case hexadecimal digits.
//   A version above 00 may go on after the flags with "-" and more.
namespace makegood {

namespace {

constexpr std::size_t trace_id_at = 2 + 1;
constexpr std::size_t trace_id_size = 32;
constexpr std::size_t parent_id_at = trace_id_at + trace_id_size + 1;
constexpr std::size_t parent_id_size = 16;
constexpr std::size_t flags_at = parent_id_at + parent_id_size + 1;
constexpr std::size_t flags_size = 2;
constexpr std::size_t whole_size = flags_at + flags_size;
static_assert(whole_size == 55);

constexpr std::array<bool, 256> hexadecimal_digits = [] {
    std::array<bool, 256> table{};
    for (const char digit : std::string_view("0123456789abcdef"))
        table[static_cast<unsigned char>(digit)] = true;
    return table;
}();

bool is_hexadecimal(std::string_view digits) {
    // Without a branch a digit: nearly all of them are.
    bool all = true;
    for (const char digit : digits)
        all &= hexadecimal_digits[static_cast<unsigned char>(digit)];
    return all;
}

bool is_zero(std::string_view digits) {
    return digits.find_first_not_of('0') == std::string_view::npos;
}

void append_hexadecimal(std::string& text, std::span<const std::uint8_t> bytes) {
    constexpr std::string_view digits = "0123456789abcdef";
    for (const std::uint8_t byte : bytes) {
        text += digits[byte >> 4U];
        text += digits[byte & 0x0FU];
    }
}

}  // namespace

bool is_traceparent(std::string_view text) {
    if (text.size() < whole_size) return false;
    const std::string_view version = text.substr(0, 2);
    if (!is_hexadecimal(version) || version == "ff") return false;
    if (version == "00" && text.size() != whole_size) return false;
    if (text.size() > whole_size && text[whole_size] != '-') return false;
    if (text[2] != '-' || text[parent_id_at - 1] != '-' || text[flags_at - 1] != '-') return false;
    const std::string_view trace_id = text.substr(trace_id_at, trace_id_size);
    const std::string_view parent_id = text.substr(parent_id_at, parent_id_size);
    return is_hexadecimal(trace_id) && !is_zero(trace_id) && is_hexadecimal(parent_id)
           && !is_zero(parent_id) && is_hexadecimal(text.substr(flags_at, flags_size));
}

std::string fresh_traceparent(const std::array<std::uint8_t, 24>& random) {
    std::array<std::uint8_t, 24> bytes = random;
    bytes[15] |= 1;  // Neither id may be all zeros.
    bytes[23] |= 1;
    std::string text = "00-";
    text.reserve(whole_size);
    append_hexadecimal(text, std::span(bytes).first(16));
    text += '-';
    append_hexadecimal(text, std::span(bytes).last(8));
    return text += "-01";
}

std::string continued_traceparent(
    std::string_view parent, const std::array<std::uint8_t, 8>& span
) {
    ASSERT(parent.size() >= whole_size);
    std::array<std::uint8_t, 8> bytes = span;
    bytes[7] |= 1;
    // Only version 00 is spoken here, whatever came in.
    std::string text = "00-";
    text.reserve(whole_size);
    text.append(parent.substr(trace_id_at, trace_id_size));
    text += '-';
    append_hexadecimal(text, bytes);
    return text.append("-").append(parent.substr(flags_at, flags_size));
}

std::string_view trace_id_of(std::string_view traceparent) {
    if (!is_traceparent(traceparent)) return {};
    return traceparent.substr(trace_id_at, trace_id_size);
}

}  // namespace makegood
