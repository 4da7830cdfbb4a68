#include "adapters/api/event_query.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "adapters/api/query_reading.hpp"

namespace makegood {

namespace {

struct reading {
    event_query query;
    const std::size_t lanes;
};

// `checkout.completed`, or `checkout.*` for all that begin so.
bool is_type(std::string_view text) {
    if (text.ends_with('*')) text.remove_suffix(1);
    return std::all_of(text.begin(), text.end(), [](char character) {
        return (character >= 'a' && character <= 'z') || character == '_' || character == '.';
    });
}

complaint read_types(reading& into, const std::string& value) {
    std::string_view rest = value;
    while (true) {
        const std::size_t comma = rest.find(',');
        const std::string_view type = rest.substr(0, comma);
        if (type.empty() || !is_type(type)) {
            return "must be types as checkout.completed, or checkout.* for all that begin so, "
                   "with commas between them";
        }
        into.query.filter.types.emplace_back(type);
        if (comma == std::string_view::npos) return std::nullopt;
        rest.remove_prefix(comma + 1);
    }
}

complaint read_customer(reading& into, const std::string& value) {
    if (value.empty()) return "is empty; leave it out for the events of all customers";
    into.query.filter.customer = value;
    return std::nullopt;
}

complaint read_id(reading& into, const std::string& value) {
    into.query.filter.saga = saga_id::parse(value);
    if (into.query.filter.saga) return std::nullopt;
    return "is not the id of a checkout or a fulfilment";
}

constexpr std::string_view no_position =
    "is not a position that this server has given; start is the oldest event that is kept, now the "
    "newest";

complaint read_after(reading& into, const std::string& value) {
    if (value == "start" || value == "now") {
        into.query.begin = value == "now" ? events_begin::now : events_begin::start;
        return std::nullopt;
    }
    auto positions = parse_positions(value, into.lanes);
    if (!positions) return std::string(no_position);
    into.query.begin = events_begin::after;
    into.query.after = std::move(*positions);
    return std::nullopt;
}

complaint read_page_limit(reading& into, const std::string& value) {
    return read_limit(into.query.limit.emplace(), value);
}

using parameter = query_parameter<reading>;
constexpr std::array parameters = {
    parameter{"type", read_types},
    parameter{"customer_id", read_customer},
    parameter{"id", read_id},
    parameter{"after", read_after},
    parameter{"limit", read_page_limit},
};

}  // namespace

bool event_filter::takes(const outbox_event& told) const {
    if (!customer.empty() && told.customer.value != customer) return false;
    if (saga && told.saga != *saga) return false;
    if (types.empty()) return true;
    return std::any_of(types.begin(), types.end(), [&told](std::string_view wanted) {
        if (!wanted.ends_with('*')) return told.type == wanted;
        wanted.remove_suffix(1);
        return told.type.starts_with(wanted);
    });
}

or_problem<event_query> read_event_query(std::string_view query, std::size_t lanes) {
    reading into{{}, lanes};
    if (auto wrong = read_query<reading>(query, parameters, into)) return std::move(*wrong);
    return std::move(into.query);
}

or_problem<event_positions> read_last_event_id(std::string_view value, std::size_t lanes) {
    if (auto positions = parse_positions(value, lanes)) return std::move(*positions);
    return invalid_field("/Last-Event-ID", std::string(no_position));
}

}  // namespace makegood
