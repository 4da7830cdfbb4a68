#pragma once

#include <string>
#include <vector>

#include "adapters/api/event_query.hpp"
#include "engine/ports/journal.hpp"

namespace makegood {

// One event as readers get it.
struct found_event {
    outbox_position position = 0;
    instant at{};
    std::string type;
    std::string text;  // a CloudEvent, structured; one line
};

// How much one scan does at most, so that a store serves others between two of them.
struct scan_limits {
    std::size_t found = 0;
    std::size_t looked_at = 5'000;
    std::size_t bytes = 1024 * 1024;  // of texts; one event may go beyond
};

// What one lane's store holds behind a position for one filter.
struct event_scan {
    outbox_position after = 0;    // where it began
    outbox_position missing = 0;  // what lies between `after` and here is kept no more
    outbox_position last = 0;     // all up to here were looked at
    bool at_end = false;          // there was nothing behind `last`
    bool is_ahead = false;        // `after` is beyond the newest
    std::vector<found_event> found;
};

// In the place of a position: the newest that there is.
inline constexpr outbox_position from_now = ~outbox_position{0};

// Reads on from a position, in order. On a reader's thread.
[[nodiscard]] store_result<event_scan> scan_events(
    journal_reader& reader,
    const event_filter& wanted,
    outbox_position after,
    const scan_limits& limits
);

}  // namespace makegood
