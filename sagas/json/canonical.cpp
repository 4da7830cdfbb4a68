#include "sagas/json/canonical.hpp"

#include <algorithm>
#include <array>
#include <boost/container/small_vector.hpp>
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/string.hpp>
#include <charconv>
#include <cmath>

#include "sagas/json/writing.hpp"

namespace makegood::json {
namespace {

namespace bj = boost::json;

enum class member_order { as_given, by_name };

void append(std::string& out, const bj::value& value, member_order order);

// Beyond 2^53 a double no longer tells whole numbers apart, so it keeps its own form.
constexpr double whole_numbers_max = 9'007'199'254'740'992.0;

template <typename Number>
void append_number(std::string& out, Number value) {
    std::array<char, 32> digits;  // the longest shortest-form double has 24
    const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), value).ptr;
    out.append(digits.data(), end);
}

void append_double(std::string& out, double value) {
    if (std::trunc(value) == value && std::fabs(value) <= whole_numbers_max) {
        append_number(out, static_cast<std::int64_t>(value));
    } else {
        append_number(out, value);
    }
}

void append_member(std::string& out, const bj::key_value_pair& member, member_order order) {
    if (out.back() != '{') out += ',';
    append_string(out, member.key());
    out += ':';
    append(out, member.value(), order);
}

void append_object(std::string& out, const bj::object& object, member_order order) {
    out += '{';
    if (order == member_order::as_given) {
        for (const bj::key_value_pair& each : object)
            append_member(out, each, order);
    } else {
        boost::container::small_vector<const bj::key_value_pair*, 16> members;
        for (const bj::key_value_pair& each : object)
            members.push_back(&each);
        std::ranges::sort(members, {}, [](const auto* each) {
            return std::string_view(each->key());
        });
        for (const bj::key_value_pair* each : members)
            append_member(out, *each, order);
    }
    out += '}';
}

void append_array(std::string& out, const bj::array& array, member_order order) {
    out += '[';
    bool first = true;
    for (const bj::value& each : array) {
        if (!first) out += ',';
        first = false;
        append(out, each, order);
    }
    out += ']';
}

void append(std::string& out, const bj::value& value, member_order order) {
    switch (value.kind()) {
        case bj::kind::null: out += "null"; return;
        case bj::kind::bool_: out += value.get_bool() ? "true" : "false"; return;
        case bj::kind::int64: append_number(out, value.get_int64()); return;
        case bj::kind::uint64: append_number(out, value.get_uint64()); return;
        case bj::kind::double_: append_double(out, value.get_double()); return;
        case bj::kind::string: append_string(out, value.get_string()); return;
        case bj::kind::array: append_array(out, value.get_array(), order); return;
        case bj::kind::object: append_object(out, value.get_object(), order); return;
    }
}

}  // namespace

std::string canonical_text(const bj::value& document, std::size_t bytes_expected) {
    std::string out;
    out.reserve(bytes_expected);
    append(out, document, member_order::by_name);
    return out;
}

std::string compact_text(const bj::value& document) {
    std::string out;
    out.reserve(128);  // most are about so long
    append(out, document, member_order::as_given);
    return out;
}

}  // namespace makegood::json
