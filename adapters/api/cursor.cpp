#include "adapters/api/cursor.hpp"

#include <array>
#include <charconv>
#include <cstdint>

// cursor = base64url( "1:" milliseconds ":" saga-id ), without padding; 1 is the version.
namespace makegood {

namespace {

constexpr std::string_view alphabet =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
constexpr std::string_view version = "1:";

std::string encoded(std::string_view bytes) {
    std::string text;
    std::uint32_t bits = 0;
    int bits_count = 0;
    for (const char byte : bytes) {
        bits = (bits << 8U) | static_cast<std::uint8_t>(byte);
        for (bits_count += 8; bits_count >= 6; bits_count -= 6) {
            text += alphabet[(bits >> (bits_count - 6)) & 0x3fU];
        }
    }
    if (bits_count > 0) text += alphabet[(bits << (6 - bits_count)) & 0x3fU];
    return text;
}

std::optional<std::string> decoded(std::string_view text) {
    std::string bytes;
    std::uint32_t bits = 0;
    int bits_count = 0;
    for (const char digit : text) {
        const std::size_t value = alphabet.find(digit);
        if (value == std::string_view::npos) return std::nullopt;
        bits = (bits << 6U) | static_cast<std::uint32_t>(value);
        bits_count += 6;
        if (bits_count >= 8) {
            bits_count -= 8;
            bytes += static_cast<char>((bits >> bits_count) & 0xffU);
        }
    }
    return bytes;
}

}  // namespace

std::string cursor_text(const list_position& position) {
    std::string text(version);
    text += std::to_string(position.created_at.time_since_epoch().count());
    return encoded(text.append(":").append(position.saga.text()));
}

std::optional<list_position> parse_cursor(std::string_view text) {
    const std::optional<std::string> bytes = decoded(text);
    if (!bytes || !bytes->starts_with(version)) return std::nullopt;
    const std::string_view rest = std::string_view(*bytes).substr(version.size());
    const std::size_t colon = rest.find(':');
    if (colon == std::string_view::npos) return std::nullopt;
    std::int64_t milliseconds = 0;
    const auto [end, error] = std::from_chars(rest.data(), rest.data() + colon, milliseconds);
    const std::optional<saga_id> id = saga_id::parse(rest.substr(colon + 1));
    if (error != std::errc{} || end != rest.data() + colon || !id) return std::nullopt;
    const list_position position{instant{duration{milliseconds}}, *id};
    // Only what was handed out is taken back: one position has one text.
    if (cursor_text(position) != text) return std::nullopt;
    return position;
}

}  // namespace makegood
