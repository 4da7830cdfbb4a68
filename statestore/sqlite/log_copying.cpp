#include <algorithm>
#include <utility>

#include "engine/assert.hpp"
#include "statestore/sqlite/writer_state.hpp"

// When the log is copied into the database, and by whom.
//
// A log begins again only once all of it is copied at one moment, between two commits. A copier
// beside them never sees that moment while commits go on; the writer does, but every saga under way
// would wait while it takes 16 MB to the disk. So the copier takes the bulk in rounds, of which
// each leaves less than the one before, and the writer copies the last bit.
namespace makegood::statestore {
namespace {

// Of a whole copy: what the writer takes to the disk in a millisecond or two.
constexpr std::uint32_t last_bit_divisor = 16;

}  // namespace

// Between two commits. Readers that overlap without a pause would delay the moment for ever, and a
// disk that copies more slowly than the log grows would, too: past log_pages_max the writer waits
// for both, for readers a few milliseconds at a time.
void sqlite_writer::state::copy_log_when_due() {
    if (log_pages < log_pages_seen) {  // it began again
        copy_due_at = options.checkpoint_pages;
        asked_to_copy.reset();
    }
    log_pages_seen = log_pages;
    if (log_pages < copy_due_at) return;
    try {
        if (copier && !copier_did_its_part()) return;
        copy_rest_of_log();
    } catch (store_failure& failure) {
        // The commit before has succeeded; if the disk is really broken the next one says so.
        note(failure);
        copies_in_doubt = true;
        if (options.copy_failed) options.copy_failed(failure.error);
    }
    copy_due_at = log_pages + options.checkpoint_pages;
}

// Asks for another round while one more leaves less. What the copier fails to do the writer tries.
bool sqlite_writer::state::copier_did_its_part() {
    const bool is_too_long = log_pages >= options.log_pages_max;
    if (copier->is_copying() && !is_too_long) return false;
    const std::optional<log_copier::round> over = copier->finished();
    const std::optional<std::uint32_t> asked = std::exchange(asked_to_copy, std::nullopt);
    if (over && over->failed) {
        copies_in_doubt = true;
        return true;
    }
    if (!asked) {  // a round that is over was of the log before
        ask_copier(log_pages);
        return false;
    }
    ASSERT(over.has_value());
    const std::uint32_t left = log_pages - std::min(log_pages, over->copied);
    const bool is_last_bit = left <= options.checkpoint_pages / last_bit_divisor;
    if (is_too_long || is_last_bit || left > *asked / 2) return true;
    ask_copier(left);
    return false;
}

void sqlite_writer::state::ask_copier(std::uint32_t pages) {
    forget_copies_in_doubt();
    copier->begin();
    asked_to_copy = pages;
}

void sqlite_writer::state::copy_rest_of_log() {
    forget_copies_in_doubt();
    if (log_pages < options.log_pages_max) {
        open->db.checkpoint();
    } else {
        open->db.restart_log(options.reader_wait_max_ms);
    }
}

// The kernel may have dropped pages that it failed to write, and the next fsync then succeeds. So
// nothing counts as copied any more, whoever copied it: all of the log is written anew.
void sqlite_writer::state::forget_copies_in_doubt() {
    if (!copies_in_doubt) return;
    transaction alone(open->db, transaction::kind::write);
    require_epoch();
    open->db.forget_copies();
    copies_in_doubt = false;
}

}  // namespace makegood::statestore
