#include "sagas/json/card_numbers.hpp"

#include <algorithm>
#include <array>
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/string.hpp>
#include <cmath>
#include <vector>

#include "sagas/json/strict_reading.hpp"

namespace makegood::json {
namespace {

namespace bj = boost::json;

constexpr std::size_t digits_min = 13;
constexpr std::size_t digits_max = 19;
constexpr std::string_view remark = "[card number removed]";

bool is_digit(char byte) {
    return byte >= '0' && byte <= '9';
}

bool is_word(char byte) {
    return is_digit(byte) || (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z')
           || byte == '_';
}

// Part of a text, as offsets.
struct stretch {
    std::size_t begin = 0;
    std::size_t end = 0;
};

bool passes_luhn(std::string_view digits) {
    unsigned sum = 0;
    bool doubled = false;
    for (auto digit = digits.rbegin(); digit != digits.rend(); ++digit) {
        unsigned value = static_cast<unsigned>(*digit - '0') * (doubled ? 2 : 1);
        if (value > 9) value -= 9;
        sum += value;
        doubled = !doubled;
    }
    return sum % 10 == 0;
}

// Which first digits cards of that length have: so that bar codes (13 digits) and times are no
// cards.
bool is_of_a_scheme(std::string_view digits) {
    const char first = digits[0];
    if (digits.size() == 13) return first == '4';
    if (digits.size() < 16) return first == '3' || first == '5' || first == '6';
    return (first >= '2' && first <= '6') || digits.starts_with("81");
}

bool is_card_number(std::string_view digits) {
    if (digits.size() < digits_min || digits.size() > digits_max) return false;
    return is_of_a_scheme(digits) && passes_luhn(digits);
}

// What people put between the groups of a card number, beside spaces and dashes: in UTF-8.
constexpr std::array<std::string_view, 14> rare_separators{
    ".",
    "/",
    ",",
    ":",
    "_",
    "\t",
    "\n",
    "\xC2\xA0",      // no-break space
    "\xC2\xB7",      // middle dot
    "\xE2\x80\x91",  // no-break hyphen
    "\xE2\x80\x93",  // en dash
    "\xE2\x80\x94",  // em dash
    "\xE2\x80\x89",  // thin space
    "\xE2\x80\xAF",  // narrow no-break space
};

// The length of the separator at the beginning of `text`; 0 when there is none.
std::size_t separator_size(std::string_view text) {
    if (text.starts_with(' ') || text.starts_with('-')) return 1;
    const auto starts = [text](std::string_view each) { return text.starts_with(each); };
    const auto found = std::ranges::find_if(rare_separators, starts);
    return found == rare_separators.end() ? 0 : found->size();
}

// The groups of digits from `begin` on that single separators join.
std::vector<stretch> joined_groups(std::string_view text, std::size_t begin) {
    std::vector<stretch> groups;
    std::size_t at = begin;
    while (at < text.size() && is_digit(text[at])) {
        stretch group{at, at};
        while (group.end < text.size() && is_digit(text[group.end]))
            ++group.end;
        groups.push_back(group);
        at = group.end + separator_size(text.substr(group.end));
    }
    return groups;
}

// Numbers with dots, slashes and the like between them are mostly something else: amounts, dates,
// addresses. There, groups must be as cards print them: 4-4-4-4, 4-6-5, 4-6-4, 4-4-4-1 and so on.
bool grouped_as_printed(const std::vector<stretch>& groups, std::size_t first, std::size_t last) {
    for (std::size_t each = first; each <= last; ++each) {
        const std::size_t size = groups[each].end - groups[each].begin;
        if (size > 6 || (size < 4 && each < last) || (size != 4 && each == first)) return false;
    }
    return true;
}

bool plainly_joined(
    std::string_view text, const std::vector<stretch>& groups, std::size_t first, std::size_t last
) {
    for (std::size_t each = first; each < last; ++each) {
        const char between = text[groups[each].end];
        if (between != ' ' && between != '-') return false;
    }
    return true;
}

// A card number made of whole groups, starting with the group at `first`.
std::optional<stretch> card_from(
    std::string_view text, const std::vector<stretch>& groups, std::size_t first
) {
    if (groups[first].begin > 0 && is_word(text[groups[first].begin - 1])) return {};
    std::string digits;
    for (std::size_t last = first; last < groups.size(); ++last) {
        digits += text.substr(groups[last].begin, groups[last].end - groups[last].begin);
        if (digits.size() > digits_max) return {};
        const bool word_goes_on = groups[last].end < text.size() && is_word(text[groups[last].end]);
        const bool looks_like_one =
            plainly_joined(text, groups, first, last) || grouped_as_printed(groups, first, last);
        if (!word_goes_on && looks_like_one && is_card_number(digits)) {
            return stretch{groups[first].begin, groups[last].end};
        }
    }
    return {};
}

std::optional<stretch> find_card(std::string_view text, std::size_t from) {
    while (from < text.size()) {
        if (!is_digit(text[from])) {
            ++from;
            continue;
        }
        const std::vector<stretch> groups = joined_groups(text, from);
        for (std::size_t first = 0; first < groups.size(); ++first) {
            if (auto found = card_from(text, groups, first)) return found;
        }
        from = groups.back().end;
    }
    return {};
}

bool is_card_number(const bj::value& value) {
    switch (value.kind()) {
        case bj::kind::int64: return holds_card_number(std::to_string(value.get_int64()));
        case bj::kind::uint64: return holds_card_number(std::to_string(value.get_uint64()));
        case bj::kind::string: return holds_card_number(value.get_string());
        case bj::kind::double_: {
            const double number = std::fabs(value.get_double());
            if (number != std::trunc(number) || number >= 1e19) return false;
            return holds_card_number(std::to_string(static_cast<std::uint64_t>(number)));
        }
        default: return false;
    }
}

// Walks the document. On the way back from a number, writes where it stands: `pointer` begins with
// what is innermost.
bool search(const bj::value& value, std::vector<std::string>& pointer) {
    if (const bj::object* object = value.if_object()) {
        for (const bj::key_value_pair& each : *object) {
            if (holds_card_number(each.key())) return true;  // the pointer must not repeat it
            if (!search(each.value(), pointer)) continue;
            pointer.emplace_back(each.key());
            return true;
        }
        return false;
    }
    if (const bj::array* array = value.if_array()) {
        for (std::size_t i = 0; i < array->size(); ++i) {
            if (!search((*array)[i], pointer)) continue;
            pointer.push_back(std::to_string(i));
            return true;
        }
        return false;
    }
    return is_card_number(value);
}

}  // namespace

bool holds_card_number(std::string_view text) {
    return text.size() >= digits_min && find_card(text, 0).has_value();
}

std::string without_card_numbers(std::string_view text) {
    std::string out;
    std::size_t kept_to = 0;
    while (const auto found = find_card(text, kept_to)) {
        out.append(text, kept_to, found->begin - kept_to);
        out += remark;
        kept_to = found->end;
    }
    out.append(text, kept_to);
    return out;
}

std::optional<std::string> find_card_number(const bj::value& document) {
    std::vector<std::string> tokens;
    if (!search(document, tokens)) return {};
    std::string pointer;
    for (auto token = tokens.rbegin(); token != tokens.rend(); ++token)
        append_token(pointer, *token);
    return pointer;
}

}  // namespace makegood::json
