#pragma once

#include <boost/json/value.hpp>
#include <optional>
#include <string>
#include <string_view>

// Card numbers must never reach the journal. One looks like this: 13 to 19 digits, single spaces or
// dashes between them allowed (or dots, slashes, no-break spaces and the like, where the groups are
// as cards print them), not part of a longer word, the first digits those of a card scheme
// (2 to 6, or 81), the last one right by Luhn's formula. An order number of other digits stays
// legal.
namespace makegood::json {

[[nodiscard]] bool holds_card_number(std::string_view text);

// `text` with each card number replaced by a remark.
[[nodiscard]] std::string without_card_numbers(std::string_view text);

// RFC 6901 pointer to the first string or number that holds one; to the object when it is a
// member's name.
[[nodiscard]] std::optional<std::string> find_card_number(const boost::json::value& document);

}  // namespace makegood::json
