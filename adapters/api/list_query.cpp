#include "adapters/api/list_query.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <string>
#include <utility>

#include "adapters/api/cursor.hpp"
#include "adapters/api/query_reading.hpp"

namespace makegood {

namespace {

struct reading {
    const definition_registry& registry;
    saga_query query;
};

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

complaint read_page_limit(reading& into, const std::string& value) {
    return read_limit(into.query.limit, value);
}

complaint read_cursor(reading& into, const std::string& value) {
    into.query.after = parse_cursor(value);
    if (into.query.after) return std::nullopt;
    return "is not a next_cursor of an earlier page; leave it out to begin with the newest";
}

using parameter = query_parameter<reading>;
constexpr std::array parameters = {
    parameter{"status", read_status},
    parameter{"state", read_state},
    parameter{"customer_id", read_customer},
    parameter{"reason", read_reason},
    parameter{"saga", read_saga},
    parameter{"created_after", read_created_after},
    parameter{"created_before", read_created_before},
    parameter{"limit", read_page_limit},
    parameter{"cursor", read_cursor},
};

}  // namespace

or_problem<saga_query> read_list_query(
    std::string_view query, const definition_registry& registry
) {
    reading into{registry, {}};
    if (auto wrong = read_query<reading>(query, parameters, into)) return std::move(*wrong);
    return std::move(into.query);
}

}  // namespace makegood
