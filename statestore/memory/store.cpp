#include "statestore/memory/store.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <deque>
#include <map>
#include <set>

#include "engine/assert.hpp"
#include "engine/limits.hpp"
#include "statestore/admission.hpp"
#include "statestore/codec.hpp"
#include "statestore/events_codec.hpp"
#include "statestore/folding.hpp"

namespace makegood::statestore {
namespace {

struct stored_entry {
    journal_sequence sequence = 0;
    instant at{};
    std::string event;
};

struct stored_saga {
    std::vector<stored_entry> entries;
    std::string record;  // of the entry `record_at`; those after it are folded on reading
    std::size_t record_at = 0;
    saga_status status{};
    bool ended = false;
    instant ended_at{};
    instant wake_at = never;  // means nothing once it ended
};

struct stored_events {
    outbox_position last = 0;  // of its last event
    instant at{};              // of the commit
    std::size_t count = 0;
    std::string bytes;
};

using stored_sagas = std::map<saga_id, stored_saga>;
using stored_keys = std::map<std::pair<customer_id, idempotency_key>, key_holder>;

store_error failure_of(store_errc code) {
    switch (code) {
        case store_errc::full: return {code, "the memory store was told to be full"};
        case store_errc::io: return {code, "the memory store was told to fail"};
        case store_errc::stale_owner: return {code, "another owner has opened the memory store"};
        case store_errc::corrupt:
        case store_errc::not_found:
        case store_errc::too_new: break;
    }
    return {code, "the memory store was told to answer like this"};
}

bool matches(const saga_record& saga, const saga_query& query) {
    if (!query.saga.empty() && saga.definition->name() != query.saga) return false;
    if (query.status && saga.status() != *query.status) return false;
    if (!query.state.empty() && saga.state.value != query.state) return false;
    if (!query.customer.empty() && saga.customer.value != query.customer) return false;
    if (!query.reason.empty() && (!saga.reason || saga.reason->code != query.reason)) return false;
    if (query.created_after && saga.created_at <= *query.created_after) return false;
    if (query.created_before && saga.created_at >= *query.created_before) return false;
    return !query.after || position_of(saga) < *query.after;
}

}  // namespace

struct memory_store::state {
    explicit state(const definition_registry& definitions) : registry(definitions) {}

    const definition_registry& registry;
    stored_sagas sagas;
    stored_keys keys;
    std::deque<stored_events> events;
    outbox_state outbox;
    std::uint64_t epoch = 0;
    std::uint64_t commits = 0;

    std::optional<store_errc> failing;
    std::optional<store_errc> failing_once;
    bool loses_answer = false;

    // The changes of one batch, taken over as a whole or dropped.
    struct staged {
        stored_sagas sagas;
        stored_keys keys;
    };

    std::optional<store_error> stage(const saga_commit& change, staged& changes) const;
    void keep(staged&& changes);
    void keep_events(const admission& admitted, instant at);
    // What keeps an ended saga.
    struct needed {
        std::set<std::array<std::uint8_t, 16>> open;  // one of them has not ended
        std::set<saga_id> keyed;
    };
    needed still_needed() const;
    store_result<saga_record> load(const saga_id& id) const;
    store_result<saga_record> decode(const saga_id& id, const stored_saga& saga) const;
};

// -- the writing side

class memory_store::writer final : public journal_writer {
public:
    writer(state& store, std::uint64_t epoch) : store_(store), epoch_(epoch) {}

    store_result<commit_receipt> commit(const batch& changes) override {
        if (std::optional<store_error> problem = malformation(changes)) return std::move(*problem);
        if (auto problem = refusal()) return *problem;
        admission admitted = admit(
            changes, {[this](const start_claim& claim) { return find_key(claim); },
                      [this](const saga_commit& change) { return is_gone(change); }}
        );
        const std::optional<store_errc> failing_once = std::exchange(store_.failing_once, {});
        std::size_t left = failing_once ? admitted.sagas.size() / 2 : admitted.sagas.size();
        state::staged staged;
        for (const saga_commit* change : admitted.sagas) {
            if (left-- == 0) break;
            if (std::optional<store_error> problem = store_.stage(*change, staged)) return *problem;
        }
        if (failing_once) return failure_of(*failing_once);
        store_.keep(std::move(staged));
        store_.keep_events(admitted, changes.at);
        if (!std::exchange(store_.loses_answer, false)) return std::move(admitted.receipt);
        ++store_.epoch;
        return failure_of(store_errc::io);
    }

    store_result<std::uint64_t> forget_keys(instant ended_before) override {
        if (auto problem = refusal()) return *problem;
        return std::erase_if(store_.keys, [&](const auto& held) {
            const stored_saga& saga = store_.sagas.at(held.second.saga);
            return saga.ended && saga.ended_at < ended_before;
        });
    }

    store_result<pruning> prune(instant ended_before, std::size_t at_most) override {
        if (auto problem = refusal()) return *problem;
        const state::needed kept = store_.still_needed();
        pruning done;
        for (auto at = store_.sagas.begin(); at != store_.sagas.end() && !done.more;) {
            const auto& [id, saga] = *at;
            const bool goes = saga.ended && saga.ended_at < ended_before
                              && !kept.open.contains(id.bytes()) && !kept.keyed.contains(id);
            done.more = goes && done.sagas.size() == at_most;
            if (goes && !done.more) {
                done.sagas.push_back({id, saga.status});
                at = store_.sagas.erase(at);
            } else {
                ++at;
            }
        }
        return done;
    }

    store_result<void> events_were_sent(outbox_position up_to) override {
        if (auto problem = refusal()) return *problem;
        ASSERT(up_to <= store_.outbox.newest);
        store_.outbox.sent = std::max(store_.outbox.sent, up_to);
        return {};
    }

    store_result<std::uint64_t> drop_events(instant committed_before, droppable_events which)
        override {
        if (auto problem = refusal()) return *problem;
        const outbox_position before = store_.outbox.dropped;
        std::deque<stored_events>& kept = store_.events;
        while (!kept.empty() && kept.front().at < committed_before
               && (which == droppable_events::all || kept.front().last <= store_.outbox.sent)) {
            store_.outbox.dropped = kept.front().last;
            kept.pop_front();
        }
        store_.outbox.sent = std::max(store_.outbox.sent, store_.outbox.dropped);
        return store_.outbox.dropped - before;
    }

private:
    std::optional<store_error> refusal() const {
        if (epoch_ != store_.epoch) return failure_of(store_errc::stale_owner);
        if (store_.failing) return failure_of(*store_.failing);
        return {};
    }

    std::optional<key_holder> find_key(const start_claim& claim) const {
        const auto found = store_.keys.find({claim.customer, claim.key});
        if (found == store_.keys.end()) return {};
        return found->second;
    }

    bool is_gone(const saga_commit& change) const {
        return change.had_ended && !store_.sagas.contains(change.saga->id);
    }

    state& store_;
    const std::uint64_t epoch_;
};

std::optional<store_error> memory_store::state::stage(const saga_commit& change, staged& changes)
    const {
    const saga_record& saga = *change.saga;
    const auto known = sagas.find(saga.id);
    auto [at, fresh] = changes.sagas.try_emplace(saga.id);
    if (fresh && known != sagas.end()) at->second = known->second;
    stored_saga& stored = at->second;
    if (change.entries.front().sequence != stored.entries.size() + 1) {
        return store_error{
            store_errc::corrupt,
            fmt::format(
                "entry {} of {} does not follow what is stored; nothing of the batch was kept",
                change.entries.front().sequence, saga.id.text()
            )};
    }
    for (const journal_entry& entry : change.entries) {
        stored.entries.push_back({entry.sequence, entry.at, encode_event(entry.event)});
    }
    if (change.stores_record) {
        stored.record = encode_record(saga);
        stored.record_at = saga.sequence;
        stored.status = saga.status();
    }
    ASSERT(stored.status == saga.status());
    stored.ended = saga.ended();
    stored.ended_at = saga.updated_at;
    ASSERT(change.stores_wake || stored.wake_at <= change.wake_at);
    if (change.stores_wake) stored.wake_at = change.wake_at;
    if (change.claim) {
        const start_claim& claim = *change.claim;
        changes.keys.emplace(
            std::pair(claim.customer, claim.key), key_holder{saga.id, claim.fingerprint}
        );
    }
    return {};
}

void memory_store::state::keep(staged&& changes) {
    for (auto& [id, saga] : changes.sagas)
        sagas[id] = std::move(saga);
    keys.merge(changes.keys);
    ASSERT(changes.keys.empty());  // admit() left taken keys out
    ++commits;
}

void memory_store::state::keep_events(const admission& admitted, instant at) {
    std::string buffer;
    encode_events(admitted.sagas, buffer, [&](std::size_t count, std::string_view bytes) {
        outbox.newest += count;
        events.push_back({outbox.newest, at, count, std::string(bytes)});
    });
}

memory_store::state::needed memory_store::state::still_needed() const {
    needed kept;
    for (const auto& [id, saga] : sagas) {
        if (!saga.ended) kept.open.insert(id.bytes());
    }
    for (const auto& [claim, holder] : keys)
        kept.keyed.insert(holder.saga);
    return kept;
}

// -- the reading side

class memory_store::reader final : public journal_reader {
public:
    explicit reader(const state& store) : store_(store) {}

    store_result<saga_record> load(const saga_id& id) override { return store_.load(id); }

    store_result<std::vector<journal_entry>> journal(const saga_id& id) override {
        const store_result<saga_record> saga = load(id);
        if (!saga) return saga.error();
        std::vector<journal_entry> entries;
        for (const stored_entry& stored : store_.sagas.at(id).entries) {
            store_result<event> decoded = decode_event(stored.event, *saga->definition);
            if (!decoded) return decoded.error();
            entries.push_back({stored.sequence, stored.at, std::move(*decoded)});
        }
        return entries;
    }

    store_result<saga_page> list(const saga_query& query) override {
        saga_page found;
        for (const auto& [id, stored] : store_.sagas) {
            store_result<saga_record> saga = store_.decode(id, stored);
            if (!saga) return saga.error();
            if (matches(*saga, query)) found.items.push_back(std::move(*saga));
        }
        return merge_pages<saga_record>(
            {std::move(found)}, std::min(query.limit, limits::list_items_max)
        );
    }

    store_result<std::vector<wake_up>> unfinished() override {
        std::vector<wake_up> all;
        for (const auto& [id, saga] : store_.sagas) {
            if (!saga.ended) all.push_back({id, saga.wake_at});
        }
        return all;
    }

    store_result<std::vector<positioned_event>> events(outbox_position after, std::size_t at_most)
        override {
        ASSERT(at_most > 0);
        std::vector<positioned_event> found;
        for (const stored_events& row : store_.events) {
            if (row.last <= after) continue;
            store_result<std::vector<outbox_event>> decoded = decode_events(row.bytes);
            if (!decoded) return decoded.error();
            ASSERT(decoded->size() == row.count);
            outbox_position position = row.last - row.count;
            for (outbox_event& each : *decoded) {
                if (++position <= after) continue;
                found.push_back({position, std::move(each)});
                if (found.size() == at_most) return found;
            }
        }
        return found;
    }

    store_result<outbox_state> outbox() override { return store_.outbox; }

    store_result<store_statistics> statistics() override {
        store_statistics numbers;
        std::map<std::string, std::uint64_t> counts;
        for (const auto& [id, stored] : store_.sagas) {
            const store_result<saga_record> saga = store_.decode(id, stored);
            if (!saga) return saga.error();
            ++counts[fmt::format("{} {}", saga->definition->name(), status_text(saga->status()))];
            numbers.journal_entries += stored.entries.size();
        }
        numbers.sagas_by_status.assign(counts.begin(), counts.end());
        numbers.idempotency_keys = store_.keys.size();
        numbers.events_waiting = store_.outbox.newest - store_.outbox.sent;
        return numbers;
    }

private:
    const state& store_;
};

store_result<saga_record> memory_store::state::load(const saga_id& id) const {
    const auto found = sagas.find(id);
    if (found != sagas.end()) return decode(id, found->second);
    return store_error{store_errc::not_found, fmt::format("there is no saga {}", id.text())};
}

store_result<saga_record> memory_store::state::decode(const saga_id& id, const stored_saga& saga)
    const {
    const store_result<saga_started> started = decode_started(saga.entries.front().event);
    if (!started) return started.error();
    store_result<saga_record> record = decode_record(saga.record, id, *started, registry);
    if (!record) return record;
    ASSERT(record->sequence == saga.record_at);
    for (std::size_t next = saga.record_at; next < saga.entries.size(); ++next) {
        const stored_entry& entry = saga.entries[next];
        const auto folded = fold_entry(*record, entry.sequence, entry.at, entry.event);
        if (!folded) return folded.error();
    }
    return record;
}

// -- the store

memory_store::memory_store(const definition_registry& registry)
    : state_(std::make_unique<state>(registry)) {}
memory_store::~memory_store() = default;

std::unique_ptr<journal_writer> memory_store::open_writer() {
    return std::make_unique<writer>(*state_, ++state_->epoch);
}

std::unique_ptr<journal_reader> memory_store::open_reader() const {
    return std::make_unique<reader>(*state_);
}

void memory_store::fail_commits(std::optional<store_errc> with) {
    state_->failing = with;
}
void memory_store::fail_next_commit(store_errc with) {
    state_->failing_once = with;
}
void memory_store::lose_next_answer() {
    state_->loses_answer = true;
}

void memory_store::crash() {
    ++state_->epoch;
    state_->failing_once.reset();
    state_->loses_answer = false;
}

std::uint64_t memory_store::commits_count() const {
    return state_->commits;
}

}  // namespace makegood::statestore
