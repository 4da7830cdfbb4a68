#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "adapters/api/event_position.hpp"
#include "adapters/api/problem.hpp"

namespace makegood {

// Which events somebody wants. A value type; asked of every event before it is rendered.
struct event_filter {
    std::vector<std::string> types;  // exact, or all that begin so: `checkout.*`; empty: all
    std::string customer;            // empty: of all
    std::optional<saga_id> saga;

    [[nodiscard]] bool takes(const outbox_event& told) const;
    [[nodiscard]] bool takes_all() const { return types.empty() && customer.empty() && !saga; }
};

// Where to begin to read.
enum class events_begin : std::uint8_t {
    unsaid,
    start,  // with the oldest that is kept
    now,    // with what comes
    after,  // behind a position
};

struct event_query {
    event_filter filter;
    std::string mark;  // of the history that positions are of
    events_begin begin = events_begin::unsaid;
    event_positions after;  // of events_begin::after; one a lane
    std::optional<std::size_t> limit;
};

// Reads the query of GET /v1/events of a server with these events. Every parameter that is wrong
// or not known is told at once; a position of another history is gone.
[[nodiscard]] or_problem<event_query> read_event_query(
    std::string_view query, const event_history& history
);

// The position in the header field Last-Event-ID.
[[nodiscard]] or_problem<event_positions> read_last_event_id(
    std::string_view value, const event_history& history
);

}  // namespace makegood
