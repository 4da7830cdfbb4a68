#include "adapters/api/event_position.hpp"

#include <charconv>

// positions = position *( "-" position ), decimal, without leading zeros.
namespace makegood {

std::string position_text(const event_positions& positions) {
    std::string text;
    for (const outbox_position each : positions) {
        if (!text.empty()) text += '-';
        text += std::to_string(each);
    }
    return text;
}

std::optional<event_positions> parse_positions(std::string_view text, std::size_t lanes) {
    event_positions positions;
    const char* at = text.data();
    const char* const past = at + text.size();
    while (true) {
        outbox_position each = 0;
        const auto [end, error] = std::from_chars(at, past, each);
        if (error != std::errc{}) return std::nullopt;
        positions.push_back(each);
        if (end == past) break;
        at = end + 1;
    }
    // Only what was handed out is taken back: one position has one text.
    if (positions.size() != lanes || position_text(positions) != text) return std::nullopt;
    return positions;
}

}  // namespace makegood
