#include "simulation/disk.hpp"

#include <fmt/format.h>

#include "engine/step.hpp"

namespace makegood::simulation {

disk::hold disk::open() {
    hold opened;
    opened.owner = ++owners_;
    opened.writer = store_.open_writer();
    opened.reader = store_.open_reader();
    return opened;
}

duration disk::commit_time() {
    const bool slow = around_.time.now() < slow_until_;
    return slow ? chance_.between(duration{50}, duration{4'000})
                : chance_.between(duration{1}, duration{4});
}

store_result<commit_receipt> disk::commit(hold& held, const batch& changes) {
    const bool full = around_.time.now() < full_until_;
    if (full || fails_once_) {
        fails_once_ = false;
        store_.fail_next_commit(full ? store_errc::full : store_errc::io);
    }
    store_result<commit_receipt> receipt = held.writer->commit(changes);
    const instant now = around_.time.now();
    if (!receipt) {
        around_.log.note(now, {}, {"commit failed:", receipt.error().detail});
        return receipt;
    }
    for (const saga_commit& change : changes.sagas)
        note(change);
    around_.judge.committed(changes, *receipt, is_newest(held));
    return receipt;
}

void disk::note(const saga_commit& change) {
    std::string entries;
    for (const journal_entry& entry : change.entries)
        entries += fmt::format("{} {}, ", entry.sequence, entry_name(entry, {}));
    around_.log.note(
        around_.time.now(), change.saga->id,
        {"durable:", entries, "now", change.saga->state.value, status_text(change.saga->status())}
    );
}

void disk::recover() {
    full_until_ = {};
    slow_until_ = {};
    fails_once_ = false;
}

}  // namespace makegood::simulation
