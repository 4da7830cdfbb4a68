#include "statestore/sqlite/outbox_rows.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "engine/assert.hpp"
#include "statestore/events_codec.hpp"
#include "statestore/sqlite/columns.hpp"

namespace makegood::statestore {
namespace {

struct row_of_events {
    outbox_position before = 0;  // the one before its first event
    outbox_position last = 0;
    std::vector<outbox_event> events;
};

row_of_events read_row(const connection& db, const rows& found) {
    row_of_events row;
    row.last = static_cast<outbox_position>(found.integer(0));
    auto events = decode_events(found.bytes(1));
    if (!events && events.error().code != store_errc::corrupt) {
        throw store_failure{
            {events.error().code,
             fmt::format("{}: event {}: {}", db.file().string(), row.last, events.error().detail)}};
    }
    if (!events) fail_corrupt(db, fmt::format("event {}: {}", row.last, events.error().detail));
    if (events->size() > row.last) {
        fail_corrupt(db, fmt::format("event {} stands behind more than that", row.last));
    }
    row.events = std::move(*events);
    row.before = row.last - row.events.size();
    return row;
}

}  // namespace

outbox_state read_outbox_state(const connection& db, statement& select) {
    rows found = select.select();
    if (!found.next()) fail_corrupt(db, "nothing says which events were sent");
    outbox_state kept;
    kept.sent = static_cast<outbox_position>(found.integer(0));
    kept.dropped = static_cast<outbox_position>(found.integer(1));
    kept.newest = found.is_null(2) ? kept.dropped : static_cast<outbox_position>(found.integer(2));
    if (kept.dropped <= kept.sent && kept.sent <= kept.newest) return kept;
    fail_corrupt(
        db, fmt::format(
                "of its events those up to {} are dropped, up to {} sent and up to {} there, which "
                "cannot be",
                kept.dropped, kept.sent, kept.newest
            )
    );
}

std::vector<positioned_event> outbox_reading::events(outbox_position after, std::size_t at_most) {
    ASSERT(at_most > 0);
    const outbox_state kept = state();
    std::vector<positioned_event> found;
    const outbox_position from = std::max(after, kept.dropped);
    if (from >= kept.newest) return found;
    try {
        walk(from, kept.dropped, at_most, found);
    } catch (const store_failure&) {
        // What stands before it is good; who reads on behind that is told.
        if (found.empty()) throw;
    }
    ASSERT(!found.empty());
    return found;
}

void outbox_reading::walk(
    outbox_position from,
    outbox_position dropped,
    std::size_t at_most,
    std::vector<positioned_event>& found
) {
    outbox_position next = from + 1;
    // Whoever reads on may begin in the middle of a row; but each begins where the one before it
    // ends.
    outbox_position expected = std::max(dropped, end_of_row_before(next));
    for (rows each = walk_.select(from); found.size() < at_most && each.next();) {
        row_of_events row = read_row(db_, each);
        if (row.before != expected) {
            fail_corrupt(db_, fmt::format("event {} is not where it must be", next));
        }
        expected = row.last;
        auto event = row.events.begin() + static_cast<std::ptrdiff_t>(next - 1 - row.before);
        for (; event != row.events.end() && found.size() < at_most; ++event)
            found.push_back({next++, std::move(*event)});
    }
}

// 0 when there is none.
outbox_position outbox_reading::end_of_row_before(outbox_position position) {
    rows found = find_before_.select(position - 1);
    if (!found.next() || found.is_null(0)) return 0;
    return static_cast<outbox_position>(found.integer(0));
}

}  // namespace makegood::statestore
