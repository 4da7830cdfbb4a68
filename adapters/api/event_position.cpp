#include "adapters/api/event_position.hpp"

#include <charconv>

#include "engine/assert.hpp"

// position = [ mark "." ] number *( "-" number )   a number a lane, decimal, without leading zeros
// mark     = 12 hexadecimal digits: the first of the id in the folder's makegood.json
namespace makegood {

namespace {

constexpr std::size_t mark_size = 12;

bool is_mark(std::string_view text) {
    return text.size() == mark_size
           && text.find_first_not_of("0123456789abcdef") == std::string_view::npos;
}

std::optional<event_positions> parse_numbers(std::string_view text) {
    event_positions positions;
    const char* at = text.data();
    const char* const past = at + text.size();
    while (true) {
        outbox_position each = 0;
        const auto [end, error] = std::from_chars(at, past, each);
        if (error != std::errc{}) return std::nullopt;
        positions.push_back(each);
        if (end == past) return positions;
        at = end + 1;
    }
}

}  // namespace

event_history event_history_of(std::string_view folder_id, std::size_t lanes) {
    return {std::string(folder_id.substr(0, mark_size)), lanes};
}

std::string position_text(std::string_view mark, const event_positions& positions) {
    ASSERT(!positions.empty());
    std::string text(mark);
    if (!mark.empty()) text += '.';
    for (const outbox_position each : positions)
        text.append(std::to_string(each)) += '-';
    text.pop_back();
    return text;
}

parsed_position parse_position(std::string_view text, const event_history& history) {
    const std::size_t dot = text.find('.');
    const std::string_view mark = dot == std::string_view::npos ? "" : text.substr(0, dot);
    if (mark != history.mark && is_mark(mark)) return {.is_foreign = true};
    auto positions = parse_numbers(dot == std::string_view::npos ? text : text.substr(dot + 1));
    // Only what was handed out is taken back: one position has one text.
    if (!positions || positions->size() != history.lanes
        || position_text(history.mark, *positions) != text) {
        return {};
    }
    return {std::move(positions)};
}

}  // namespace makegood
