#include "adapters/api/event_query.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "adapters/api/problem_codes.hpp"
#include "adapters/api/query_reading.hpp"

namespace makegood {

namespace {

struct reading {
    event_query query;
    const event_history& history;
    bool is_foreign = false;  // the position
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
    auto told = parse_position(value, into.history);
    into.is_foreign = told.is_foreign;
    if (told.is_foreign) return std::nullopt;
    if (!told.positions) return std::string(no_position);
    into.query.begin = events_begin::after;
    into.query.after = std::move(*told.positions);
    return std::nullopt;
}

complaint read_page_limit(reading& into, const std::string& value) {
    return read_limit(into.query.limit.emplace(), value);
}

problem of_another_history() {
    return {
        410, problem_codes::events_gone,
        "that position is of another data folder, as of before a backup was restored, and what "
        "follows it is not known here; after=start goes on with the oldest event that is kept"};
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

or_problem<event_query> read_event_query(std::string_view query, const event_history& history) {
    reading into{{}, history};
    into.query.mark = history.mark;
    if (auto wrong = read_query<reading>(query, parameters, into)) return std::move(*wrong);
    if (into.is_foreign) return of_another_history();
    return std::move(into.query);
}

or_problem<event_positions> read_last_event_id(
    std::string_view value, const event_history& history
) {
    auto told = parse_position(value, history);
    if (told.positions) return std::move(*told.positions);
    if (told.is_foreign) return of_another_history();
    return invalid_field("/Last-Event-ID", std::string(no_position));
}

}  // namespace makegood
