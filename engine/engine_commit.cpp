#include <algorithm>
#include <array>
#include <set>
#include <utility>

#include "engine/assert.hpp"
#include "engine/engine.hpp"
#include "engine/saga_slot.hpp"

// The commit cycle: what has gathered becomes durable at once, and only then has effects.
namespace makegood {

// -- the commit cycle

const batch* engine::take_batch(instant now) {
    if (commit_under_way_ || (gathering_.empty() && healthy_)) return nullptr;
    commit_under_way_ = true;
    choose_committing();
    batch_.sagas.clear();
    batch_.at = now;
    for (saga_slot* slot : committing_) {
        saga_commit& part = batch_.sagas.emplace_back();
        part.saga = &slot->record;
        part.entries = std::move(slot->entries);
        part.claim = slot->created ? slot->claim : std::nullopt;
        part.wake_at = wake_of(slot->record);
        part.had_ended = !slot->created && is_end(slot->record.definition->state(slot->from).kind);
        part.outbox = std::move(slot->outbox);
        slot->stored.choose(part);
    }
    return &batch_;
}

// What came first goes first. A child is part of its parent's transition, which precedes it.
void engine::choose_committing() {
    ASSERT(committing_.empty());
    std::size_t left = 0;
    for (saga_slot* slot : gathering_) {
        ASSERT(slot->now_in == saga_slot::phase::gathered && !slot->entries.empty());
        const bool follows =
            slot->parent != nullptr && slot->parent->now_in == saga_slot::phase::committing;
        if (follows || committing_.size() < options_.batch_sagas_max) {
            slot->now_in = saga_slot::phase::committing;
            committing_.push_back(slot);
        } else {
            gathering_[left++] = slot;
        }
    }
    gathering_.resize(left);
}

void engine::committed(const commit_receipt& receipt, instant now) {
    ASSERT(commit_under_way_);
    commit_under_way_ = false;
    healthy_ = true;
    const std::vector<saga_slot*> slots = std::exchange(committing_, {});
    for (std::size_t i = 0; i < slots.size(); ++i) {
        slots[i]->stored.note(batch_.sagas[i]);
        slots[i]->entries.swap(batch_.sagas[i].entries);  // used again for the next transition
        slots[i]->outbox.swap(batch_.sagas[i].outbox);
    }
    for (const claim_conflict& conflict : receipt.conflicts) {
        yield_to(*slots_.at(conflict.refused), conflict, now);
    }
    for (const saga_id& id : receipt.gone)
        drop(*slots_.at(id), refusal::not_found, was_pruned(id).detail);
    drop_orphans(slots);
    // A slot leaves its phase only here, so none of those that follow can vanish meanwhile.
    for (saga_slot* slot : slots) {
        if (!dropped_.contains(slot)) finish_commit(*slot, now);
    }
    release_dropped();
}

void engine::finish_commit(saga_slot& slot, instant now) {
    slot.now_in = saga_slot::phase::idle;
    slot.entries.clear();
    if (slot.claim) {
        starting_.erase(&slot);
        slot.claim.reset();
        refuse_rivals(slot, refusal::idempotency_key_reused, {});
    }
    const saga_record& saga = slot.record;
    const saga_status is = saga.status();
    if (slot.created || slot.from != saga.state || slot.was != is) {
        const bool ended = saga.ended() && (slot.created || slot.was != is);
        actions_.push_back(saga_changed{
            slot.id, saga.definition, slot.from, saga.state, slot.was, is, slot.created, ended});
    }
    slot.created = false;
    slot.parent = nullptr;
    slot.outbox.clear();
    for (const saga_slot::waiting_reply& waiting : std::exchange(slot.replies, {})) {
        if (waiting.why == refusal::none) {
            respond(waiting.to, slot, waiting.replayed);
        } else {
            refuse(waiting.to, waiting.why, waiting.detail);
        }
    }
    pump(slot, now);
}

void engine::commit_failed(const store_error& error, instant) {
    ASSERT(commit_under_way_);
    commit_under_way_ = false;
    healthy_ = false;
    for (std::size_t i = 0; i < committing_.size(); ++i) {
        committing_[i]->now_in = saga_slot::phase::gathered;
        committing_[i]->entries = std::move(batch_.sagas[i].entries);
        committing_[i]->outbox = std::move(batch_.sagas[i].outbox);
    }
    std::vector<saga_slot*> all = std::exchange(committing_, {});
    all.insert(all.end(), gathering_.begin(), gathering_.end());
    gathering_.clear();
    for (saga_slot* slot : all) {
        // Nobody has been told of a saga whose start is not durable: it never was. A child belongs
        // to its parent's transition and stays.
        if (slot->created && slot->claim) {
            refuse_start(*slot, refusal::store_unavailable, error.detail);
        } else {
            gathering_.push_back(slot);
        }
    }
    drop_orphans(all);
    std::erase_if(gathering_, [this](saga_slot* slot) { return dropped_.contains(slot); });
    release_dropped();
}

// -- what the store did not take

void engine::refuse_start(saga_slot& slot, refusal why, const std::string& detail) {
    drop(slot, why, detail);
    refuse_rivals(slot, why, detail);
    starting_.erase(&slot);
}

void engine::drop(saga_slot& slot, refusal why, const std::string& detail) {
    for (const saga_slot::waiting_reply& waiting : slot.replies)
        refuse(waiting.to, why, detail);
    for (const slot_input& input : slot.inbox)
        refuse(input.from(), why, detail);
    schedule(slot, never);
    dropped_.insert(&slot);
}

void engine::refuse_rivals(saga_slot& slot, refusal why, const std::string& detail) {
    for (const saga_slot::rival_start& rival : std::exchange(slot.rivals, {}))
        refuse(rival.from, why, detail);
}

void engine::yield_to(saga_slot& slot, const claim_conflict& conflict, instant now) {
    ASSERT(slot.claim && slot.created);
    const auto is_owner = [&](const payload_fingerprint& payload) {
        return payload == conflict.existing_fingerprint;
    };
    std::vector<ticket> tickets;
    if (is_owner(slot.claim->fingerprint)) {
        for (const saga_slot::waiting_reply& waiting : std::exchange(slot.replies, {}))
            tickets.push_back(waiting.to);
        for (const slot_input& input : std::exchange(slot.inbox, {}))
            tickets.push_back(input.from());
    }
    for (const saga_slot::rival_start& rival : slot.rivals) {
        if (is_owner(rival.fingerprint)) tickets.push_back(rival.from);
    }
    std::erase_if(slot.rivals, [&](const auto& rival) { return is_owner(rival.fingerprint); });
    refuse_start(slot, refusal::idempotency_key_reused, {});
    for (const ticket each : tickets) {
        saga_slot& existing = ensure_slot(conflict.existing);
        existing.inbox.push_back({slot_read{each, true}});
        if (existing.now_in == saga_slot::phase::loading) request_load(existing);
        if (existing.now_in == saga_slot::phase::idle) pump(existing, now);
    }
}

// A child whose parent was not taken was never started either.
void engine::drop_orphans(const std::vector<saga_slot*>& slots) {
    if (dropped_.empty()) return;
    std::set<std::array<std::uint8_t, 16>> families;
    for (const saga_slot* parent : dropped_)
        families.insert(parent->id.bytes());
    for (saga_slot* slot : slots) {
        const bool is_child = slot->created && !slot->claim;
        if (is_child && families.contains(slot->id.bytes())) drop(*slot, refusal::not_found, {});
    }
}

void engine::release_dropped() {
    for (saga_slot* slot : std::exchange(dropped_, {}))
        forget(*slot);
}

// -- retention

void engine::pruned(const std::vector<pruned_saga>& removed) {
    for (const pruned_saga& each : removed) {
        const auto found = slots_.find(each.id);
        if (found == slots_.end()) continue;
        saga_slot& slot = *found->second;
        if (slot.now_in == saga_slot::phase::loading) {
            slot.pruned = true;
        } else if (slot.now_in == saga_slot::phase::idle) {
            ASSERT(slot.record.ended());
            forget(slot);
        }
    }
}

}  // namespace makegood
