#pragma once

#include <boost/json/parse.hpp>

#include "engine/variables.hpp"
#include "sagas/json/card_numbers.hpp"

namespace makegood::fuzz {

// Whether a variable holds a card number. Fragments of JSON are judged value by value, as requests
// are: the numbers of a list stand beside each other in its text, and are still several.
[[nodiscard]] inline bool keeps_card_number(const variables& kept) {
    for (const variables::entry& each : kept) {
        // A time in milliseconds may have the digits of a card by chance; nobody can choose them.
        if (each.name == "reservation_expires_ms") continue;
        boost::system::error_code error;
        const auto fragment = boost::json::parse(each.value, error);
        const bool is_fragment = !error && fragment.is_structured();
        if (is_fragment ? json::find_card_number(fragment).has_value()
                        : json::holds_card_number(each.value)) {
            return true;
        }
    }
    return false;
}

}  // namespace makegood::fuzz
