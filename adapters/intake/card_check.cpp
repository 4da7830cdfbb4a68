#include "adapters/intake/card_check.hpp"

#include <boost/json/serialize.hpp>
#include <boost/json/value.hpp>
#include <optional>
#include <string>

#include "adapters/api/problem_codes.hpp"

namespace makegood {

namespace {

bool is_card_refusal(const std::optional<start_refusal>& refused) {
    return refused && refused->code == problem_codes::card_number_refused;
}

// What no JSON text may hold as it is becomes a blank: one for a run of them, as digits with one
// character between them are looked at together.
std::string readable(std::string_view text) {
    std::string plain;
    plain.reserve(text.size());
    for (const char each : text) {
        const bool is_plain = each >= 0x20 && each < 0x7f;
        if (is_plain) {
            plain += each;
        } else if (!plain.ends_with(' ')) {
            plain += ' ';
        }
    }
    return plain;
}

}  // namespace

bool holds_card_number(const body_refusal& refuse_body, std::string_view text) {
    if (is_card_refusal(refuse_body(text)))
        return true;  // JSON writes a digit in more than one way
    const boost::json::value as_text(boost::json::object{{"text", readable(text)}});
    return is_card_refusal(refuse_body(boost::json::serialize(as_text)));
}

}  // namespace makegood
