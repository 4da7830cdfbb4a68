#include "adapters/api/list_query.hpp"

#include <algorithm>
#include <array>
#include <boost/url/parse_query.hpp>
#include <charconv>
#include <optional>
#include <string>
#include <utility>

#include "adapters/api/cursor.hpp"
#include "adapters/api/problem_codes.hpp"
#include "engine/limits.hpp"

namespace makegood {

namespace {

struct reading {
    const definition_registry& registry;
    saga_query query;
    std::vector<field_problem> problems;
    std::vector<std::string> seen;
};

// What is wrong with a value; nothing when it was taken.
using complaint = std::optional<std::string>;
using parameter_reader = complaint (*)(reading&, const std::string&);

complaint read_status(reading& into, const std::string& value) {
    into.query.status = parse_status(value);
    if (into.query.status) return std::nullopt;
    return "must be running, awaiting_customer, compensating, parked, completed, failed or "
           "compensated";
}

complaint read_state(reading& into, const std::string& value) {
    for (const auto& each : into.registry.all()) {
        if (!each->find_state(value)) continue;
        into.query.state = value;
        return std::nullopt;
    }
    return "is not a state of any definition; GET /v1/definitions lists them";
}

complaint read_customer(reading& into, const std::string& value) {
    into.query.customer = value;
    return std::nullopt;
}

complaint read_reason(reading& into, const std::string& value) {
    into.query.reason = value;
    return std::nullopt;
}

complaint read_saga(reading& into, const std::string& value) {
    if (value != "*" && into.registry.newest(value) == nullptr) {
        return "is not a definition; GET /v1/definitions lists them, * means all";
    }
    into.query.saga = value == "*" ? "" : value;
    return std::nullopt;
}

complaint read_instant(std::optional<instant>& into, std::string value) {
    // The '+' of an offset reads as a space in a query; there is no other space in a time.
    std::replace(value.begin(), value.end(), ' ', '+');
    into = parse_instant(value);
    if (into) return std::nullopt;
    return "must be a time as in RFC 3339, for instance 2026-11-20T08:15:30Z";
}

complaint read_created_after(reading& into, const std::string& value) {
    return read_instant(into.query.created_after, value);
}

complaint read_created_before(reading& into, const std::string& value) {
    return read_instant(into.query.created_before, value);
}

complaint read_limit(reading& into, const std::string& value) {
    std::size_t limit = 0;
    const char* const past = value.data() + value.size();
    const auto [end, error] = std::from_chars(value.data(), past, limit);
    if (error != std::errc{} || end != past || limit == 0 || limit > limits::list_items_max) {
        return "must be a number from 1 to " + std::to_string(limits::list_items_max);
    }
    into.query.limit = limit;
    return std::nullopt;
}

complaint read_cursor(reading& into, const std::string& value) {
    into.query.after = parse_cursor(value);
    if (into.query.after) return std::nullopt;
    return "is not a next_cursor of an earlier page; leave it out to begin with the newest";
}

struct parameter {
    std::string_view name;
    parameter_reader read;
};

constexpr std::array parameters = {
    parameter{"status", read_status},
    parameter{"state", read_state},
    parameter{"customer_id", read_customer},
    parameter{"reason", read_reason},
    parameter{"saga", read_saga},
    parameter{"created_after", read_created_after},
    parameter{"created_before", read_created_before},
    parameter{"limit", read_limit},
    parameter{"cursor", read_cursor},
};

complaint read_parameter(reading& into, const std::string& name, const std::string& value) {
    const auto known =
        std::find_if(parameters.begin(), parameters.end(), [&name](const parameter& each) {
            return each.name == name;
        });
    if (known == parameters.end()) return "is not known";
    const bool twice = std::find(into.seen.begin(), into.seen.end(), name) != into.seen.end();
    if (twice) return "is given twice";
    into.seen.push_back(name);
    if (value.empty()) return "is empty; leave it out instead";
    return known->read(into, value);
}

// Where a parameter stands. A name that is no word is not repeated: it need not even be UTF-8, and
// a problem is told in JSON.
std::string pointer_to(const std::string& name) {
    const bool is_word = std::all_of(name.begin(), name.end(), [](char character) {
        return (character >= 'a' && character <= 'z') || (character >= 'A' && character <= 'Z')
               || (character >= '0' && character <= '9') || character == '_' || character == '-';
    });
    return is_word ? "/" + name : "";
}

}  // namespace

or_problem<saga_query> read_list_query(
    std::string_view query, const definition_registry& registry
) {
    reading into{registry, {}, {}, {}};
    if (query.empty()) return into.query;
    // Boost.URL 1.81 reads on to the next NUL, past the end of a text that has none (its issue
    // 757).
    const std::string terminated(query);
    const auto parsed = boost::urls::parse_query(terminated);
    if (!parsed) return invalid_field("", "the query is not percent-encoded as a URL wants it");
    for (const auto& each : boost::urls::params_view(*parsed)) {
        const std::string name(each.key.data(), each.key.size());
        const std::string value(each.value.data(), each.value.size());
        // What stands between two '&' or after the last one names nothing.
        if (name.empty() && !each.has_value) continue;
        if (complaint wrong = read_parameter(into, name, value)) {
            into.problems.push_back({pointer_to(name), std::move(*wrong)});
        }
    }
    if (into.problems.empty()) return std::move(into.query);
    problem found = invalid_field(into.problems.front().pointer, into.problems.front().detail);
    found.errors = std::move(into.problems);
    return found;
}

}  // namespace makegood
