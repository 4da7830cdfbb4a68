#include "conformance/exchange.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <boost/json/parse.hpp>

namespace makegood::conformance {

namespace {

constexpr std::array refusing{400U, 402U, 404U, 409U, 410U, 422U};
constexpr std::array retried{408U, 425U, 429U, 500U, 502U, 503U, 504U};
constexpr std::size_t shown_bytes_max = 600;

template <std::size_t Count>
bool is_one_of(unsigned status, const std::array<unsigned, Count>& known) {
    return std::find(known.begin(), known.end(), status) != known.end();
}

}  // namespace

bool exchange::refused() const {
    return is_one_of(status, refusing) && !code().empty();
}

bool exchange::asks_for_retry() const {
    return is_one_of(status, retried);
}

std::string_view exchange::text(std::string_view name) const {
    const auto* value = object ? object->if_contains(name) : nullptr;
    const auto* words = value != nullptr ? value->if_string() : nullptr;
    return words != nullptr ? std::string_view(*words) : std::string_view();
}

bool exchange::same_answer(const exchange& other) const {
    if (status != other.status) return false;
    return object && other.object ? *object == *other.object : body == other.body;
}

std::string shortened(std::string_view text, std::size_t bytes_max) {
    if (text.size() <= bytes_max) return std::string(text);
    std::size_t end = bytes_max;
    // Not inside a character of UTF-8.
    while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0U) == 0x80U)
        --end;
    return fmt::format("{}… ({} bytes)", text.substr(0, end), text.size());
}

std::string answer_line(const exchange& shown) {
    if (shown.status == 0) return "no answer: " + shown.no_answer;
    return shown.body.empty()
               ? fmt::format("{} with an empty body", shown.status)
               : fmt::format("{} {}", shown.status, shortened(shown.body, shown_bytes_max));
}

std::string text_of(const exchange& shown) {
    std::string text = fmt::format("{} {}\n", shown.sent.method, shown.sent.target);
    if (!shown.sent.key.empty()) text += fmt::format("Idempotency-Key: {}\n", shown.sent.key);
    for (const auto& [name, value] : shown.sent.fields) {
        text += fmt::format("{}: {}\n", name, value);
    }
    if (!shown.sent.body.empty()) text += shortened(shown.sent.body, shown_bytes_max) + "\n";
    text += "-> " + answer_line(shown) + "\n";
    for (const std::string& field : shown.notable_fields) {
        text += "   " + field + "\n";
    }
    return text;
}

}  // namespace makegood::conformance
