#include <fmt/format.h>

#include "engine/assert.hpp"
#include "statestore/events_codec.hpp"
#include "statestore/sqlite/columns.hpp"
#include "statestore/sqlite/outbox_rows.hpp"
#include "statestore/sqlite/writer_state.hpp"

// What a writer does with events: it keeps them with their commit, notes what was sent, and drops
// that once it is old.
namespace makegood::statestore {
namespace {

// What one step may drop, so that a commit waits for milliseconds: few large rows, whose pages are
// read one after the other to be freed, or many small ones.
constexpr int rows_dropped_at_once = 1'000;
constexpr std::int64_t bytes_dropped_at_once = 1 << 20;

}  // namespace

store_result<void> sqlite_writer::events_were_sent(outbox_position up_to) {
    const auto noted = state_->attempt([&] { return state_->note_sent(up_to); });
    if (!noted) return noted.error();
    return {};
}

store_result<std::uint64_t> sqlite_writer::drop_events(
    instant committed_before, droppable_events which
) {
    return state_->attempt([&] { return state_->drop_some(committed_before, which); });
}

// Returns the position of the last one. It is the newest once the transaction has committed.
outbox_position sqlite_writer::state::write_events(const admission& admitted, instant at) {
    outbox_position last = newest;
    encode_events(admitted.sagas, buffer, [&](std::size_t count, std::string_view bytes) {
        last += count;
        open->insert_events.run(last, milliseconds_of(at), blob{bytes});
    });
    return last;
}

// Whether that was not known already.
bool sqlite_writer::state::note_sent(outbox_position up_to) {
    transaction changes(open->db, transaction::kind::write);
    require_epoch();
    ASSERT(up_to <= newest);
    if (up_to <= read_outbox_state(open->db, open->read_outbox).sent) return false;
    open->update_sent.run(up_to);
    changes.commit();
    end_of_log->reaches(log_pages);
    return true;
}

// Always the oldest: what is kept is one run of positions.
std::uint64_t sqlite_writer::state::drop_some(instant committed_before, droppable_events which) {
    transaction changes(open->db, transaction::kind::write);
    require_epoch();
    const outbox_state kept = read_outbox_state(open->db, open->read_outbox);
    const outbox_position last_droppable = which == droppable_events::all ? kept.newest : kept.sent;
    outbox_position last = kept.dropped;
    {
        std::int64_t bytes = 0;
        rows row = open->walk_events.select(last_droppable, rows_dropped_at_once);
        while (bytes < bytes_dropped_at_once && row.next()
               && row.integer(1) < milliseconds_of(committed_before)) {
            const auto position = static_cast<outbox_position>(row.integer(0));
            if (position <= last) {
                fail_corrupt(
                    open->db, fmt::format(
                                  "event {} is there, and those up to {} are said to be dropped",
                                  position, kept.dropped
                              )
                );
            }
            last = position;
            bytes += row.integer(2);
        }
    }
    if (last == kept.dropped) return 0;
    ASSERT(last > kept.dropped && last <= last_droppable);
    if (last > kept.sent) open->update_sent.run(last);
    open->delete_events.run(last);
    open->update_dropped.run(last);
    changes.commit();
    end_of_log->reaches(log_pages);
    return last - kept.dropped;
}

}  // namespace makegood::statestore
