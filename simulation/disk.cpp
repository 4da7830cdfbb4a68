#include "simulation/disk.hpp"

#include <fmt/format.h>

#include "engine/step.hpp"

namespace makegood::simulation {
namespace {

// Not its words, which may name a folder that is another one in every run.
std::string_view failure_text(const store_error& error) {
    switch (error.code) {
        case store_errc::full: return "for want of space";
        case store_errc::stale_owner: return "for another owner";
        default: return "with an error of the disk";
    }
}

}  // namespace

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
    if (receipt) {
        failed_.clear();
        keep(held, changes, *receipt);
        return receipt;
    }
    around_.log.note(around_.time.now(), {}, {"commit failed", failure_text(receipt.error())});
    if (receipt.error().code != store_errc::stale_owner) failed_.push_back(remember(changes));
    return receipt;
}

std::vector<pruned_saga> disk::prune(hold& held) {
    constexpr std::size_t pruned_at_once = 20;
    const auto keys = held.writer->forget_keys(never);
    auto done = keys ? held.writer->prune(never, pruned_at_once) : keys.error();
    if (!done) return {};
    for (const pruned_saga& each : done->sagas)
        around_.log.note(around_.time.now(), each.id, {"pruned,", status_text(each.status)});
    around_.judge.pruned(done->sagas, is_newest(held));
    return std::move(done->sagas);
}

void disk::die(hold& held, const batch* committing) {
    fails_once_ = false;
    std::deque<remembered_batch> in_doubt = std::exchange(failed_, {});
    if (committing != nullptr && is_newest(held)) {
        in_doubt.push_back(remember(*committing));
        store_.die_in_commit(*held.writer, *committing);
    } else {
        store_.die();
    }
    for (auto each = in_doubt.rbegin(); each != in_doubt.rend(); ++each) {
        const auto receipt = find_kept(each->changes);
        if (receipt) return keep(held, each->changes, *receipt);
    }
}

disk::remembered_batch disk::remember(const batch& changes) {
    remembered_batch copy{{}, changes};
    for (saga_commit& change : copy.changes.sagas) {
        copy.records.push_back(*change.saga);
        change.saga = &copy.records.back();
    }
    return copy;
}

std::optional<commit_receipt> disk::find_kept(const batch& changes) {
    const auto reader = store_.open_reader();
    commit_receipt receipt;
    bool kept = false;
    for (const saga_commit& change : changes.sagas) {
        const auto stored = reader->load(change.saga->id);
        if (!stored) {
            // Left out, if the rest is there.
            if (change.entries.front().sequence > 1) {
                receipt.gone.push_back(change.saga->id);
            } else {
                receipt.conflicts.push_back({change.saga->id, {}, {}});
            }
            continue;
        }
        if (stored->sequence != change.saga->sequence) return {};
        kept = true;
    }
    return kept ? std::optional(std::move(receipt)) : std::nullopt;
}

void disk::keep(const hold& held, const batch& changes, const commit_receipt& receipt) {
    for (const saga_commit& change : changes.sagas)
        note(change);
    around_.judge.committed(changes, receipt, is_newest(held));
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
