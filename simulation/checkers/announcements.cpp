#include "simulation/checkers/announcements.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <optional>

namespace makegood::simulation {

void announcements::committed(const saga_commit& change) {
    for (const outbox_event& each : change.outbox) {
        const auto entry = std::ranges::find(
            change.entries, each.sequence, [](const journal_entry& known) { return known.sequence; }
        );
        const saga_record& saga = *change.saga;
        const bool tells_of_it = entry != change.entries.end() && entry->at == each.at
                                 && each.saga == saga.id && each.customer == saga.customer
                                 && each.traceparent == saga.traceparent;
        if (!tells_of_it) breaks(each, "is not of an entry of its commit");
        if (!names_.emplace(each.saga, each.sequence, each.type).second)
            breaks(each, "has the name of another");
        journal_sequence& last = told_up_to_[each.saga];
        if (each.sequence < last) breaks(each, "comes after one of a later entry");
        last = each.sequence;
        durable_.push_back(each);
    }
}

void announcements::sent(const positioned_event& told) {
    if (told.position == 0 || told.position > durable_.size()) {
        return found_.breaks(
            promise::write_ahead, told.event.saga,
            fmt::format("{} was sent and is not durable", told.event.type)
        );
    }
    if (!(told.event == durable_[told.position - 1]))
        breaks(told.event, "was sent otherwise than it was committed");
    if (told.position > sent_ + 1)
        breaks(durable_[sent_], "was left out: one that came later was sent before it");
    sent_ = std::max(sent_, told.position);
}

void announcements::marked(outbox_position up_to, bool newest) {
    require_newest(newest);
    marked_ = std::max(marked_, up_to);
}

void announcements::dropped(bool newest) {
    require_newest(newest);
}

void announcements::require_newest(bool newest) {
    if (newest) return;
    found_.breaks(
        promise::one_writer, {}, "an owner that had been replaced changed what is kept of events"
    );
}

void announcements::unreadable(const store_error& why) {
    found_.breaks(promise::nothing_lost_or_doubled, {}, why.detail);
}

void announcements::judge_store(journal_reader& store) {
    const store_result<outbox_state> kept = store.outbox();
    if (!kept) return unreadable(kept.error());
    if (kept->newest != durable_.size()) {
        return found_.breaks(
            promise::nothing_lost_or_doubled, {},
            fmt::format(
                "{} events were kept with their transitions, and {} are there", durable_.size(),
                kept->newest
            )
        );
    }
    if (kept->sent > sent_) breaks(durable_[sent_], "is taken for sent, and was not");
    if (kept->sent < marked_)
        breaks(durable_[marked_ - 1], "was durably sent, and that is forgotten");
    if (kept->dropped > kept->sent) breaks(durable_[kept->sent], "was dropped before it was sent");
    judge_kept(store, *kept);
}

void announcements::judge_kept(journal_reader& store, const outbox_state& kept) {
    constexpr std::size_t read_at_once = 500;
    for (outbox_position at = kept.dropped; at < kept.newest;) {
        const auto events = store.events(at, read_at_once);
        if (!events) return unreadable(events.error());
        if (events->empty()) return breaks(durable_[at], "was kept and is not there");
        for (const positioned_event& each : *events) {
            if (each.position == ++at && each.event == durable_[at - 1]) continue;
            return breaks(durable_[at - 1], "is not kept as it was committed");
        }
    }
}

void announcements::judge_end(journal_reader& store) {
    judge_store(store);
    if (sent_ < durable_.size()) breaks(durable_[sent_], "was never sent");
    const auto counted = store.statistics();
    if (counted && counted->events_waiting == 0) return;
    found_.breaks(promise::nothing_lost_or_doubled, {}, "events wait although all were sent");
}

void announcements::breaks(const outbox_event& told, std::string detail) {
    found_.breaks(
        promise::nothing_lost_or_doubled, told.saga,
        fmt::format("the event {} of entry {} {}", told.type, told.sequence, detail)
    );
}

}  // namespace makegood::simulation
