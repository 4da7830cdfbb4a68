#include "engine/engine.hpp"

#include <algorithm>

#include "engine/assert.hpp"
#include "engine/saga_slot.hpp"
#include "engine/step.hpp"

// Inputs, the commit cycle and memory. What a command may do: engine_commands.cpp; what is due
// when: engine_dispatch.cpp.
namespace makegood {
namespace {

std::string key_text(const start_claim& claim) {
    std::string text = claim.customer.value;
    text += '\0';
    text += claim.key.value;
    return text;
}

// People may ask for what the table does not list; only an answer or a timer that it does not list
// is a fault of the definition.
bool asked_for(const event& happened) {
    return std::holds_alternative<operator_acted>(happened)
           || std::holds_alternative<signal_received>(happened);
}

}  // namespace

engine::engine(const definition_registry& registry, engine_options options)
    : registry_(registry), options_(options) {}

engine::~engine() = default;

// -- inputs
// ----------------------------------------------------------------------------------------

void engine::start(start_request request, ticket from, instant now) {
    ASSERT(request.definition != nullptr && !request.key.empty());
    start_claim claim{request.document.customer, request.key, request.document.fingerprint};
    start_key key{key_text(claim)};
    if (const auto twin = starting_.find(key); twin != starting_.end()) {
        saga_slot& first = *slots_.at(twin->second);
        if (first.claim->fingerprint != claim.fingerprint) {
            return refuse(from, refusal::idempotency_key_reused, {});
        }
        return enqueue(first, {slot_read{from, true}}, now);
    }
    if (!healthy_) return refuse(from, refusal::store_unavailable, {});
    if (slots_.size() - lingering_.size() >= options_.active_sagas_max) {
        return refuse(from, refusal::overloaded, "too many checkouts are under way");
    }
    saga_started started{
        std::string(request.definition->name()),
        request.definition->version(),
        request.document.customer,
        request.key,
        request.document.fingerprint,
        std::move(request.document.inputs),
        std::move(request.traceparent)};
    saga_slot& slot = ensure_slot(request.id);
    ASSERT(slot.record.definition == nullptr);
    slot.record = begin_record(request.id, *request.definition, started, now);
    slot.created = true;
    slot.claim = std::move(claim);
    slot.replies.push_back({from, refusal::none, {}, false});
    slot.now_in = saga_slot::phase::idle;
    starting_.emplace(std::move(key), request.id);
    apply(slot, std::move(started), now);
}

void engine::submit(const saga_id& id, command asked, ticket from, instant now) {
    enqueue(ensure_slot(id), {slot_command{std::move(asked), from}}, now);
}

void engine::read(const saga_id& id, ticket from, instant now) {
    enqueue(ensure_slot(id), {slot_read{from, false}}, now);
}

void engine::answered(
    const saga_id& id,
    const call_reference& call,
    std::uint32_t attempt,
    attempt_outcome outcome,
    instant now
) {
    const auto found = slots_.find(id);
    if (found == slots_.end()) {
        ++counters_.late_answers;
        return;
    }
    saga_slot& slot = *found->second;
    const auto flight =
        std::find_if(slot.flights.begin(), slot.flights.end(), [&](const saga_slot::flight& each) {
            return each.call == call && each.attempt == attempt;
        });
    if (flight == slot.flights.end()) {
        ++counters_.late_answers;
        return;
    }
    slot.flights.erase(flight);
    slot.inbox.push_back({slot_answer{call, attempt, std::move(outcome)}});
    pump(slot, now);
}

void engine::loaded(const saga_id& id, store_result<saga_record> record, instant now) {
    const auto found = slots_.find(id);
    ASSERT(found != slots_.end() && found->second->now_in == saga_slot::phase::loading);
    ASSERT(loading_ > 0);
    saga_slot& slot = *found->second;
    --loading_;
    if (record.has_value()) {
        slot.record = std::move(*record);
        slot.now_in = saga_slot::phase::idle;
        pump(slot, now);
    } else {
        const bool missing = record.error().code == store_errc::not_found;
        const refusal why = missing ? refusal::not_found : refusal::store_unavailable;
        for (const slot_input& input : slot.inbox)
            refuse(input.from(), why, record.error().detail);
        // A saga that could not be read for its timer is looked at again.
        if (!missing) wakes_.emplace(now + std::chrono::seconds{1}, id);
        forget(slot);
    }
    tick(now);
}

void engine::tick(instant now) {
    while (!wakes_.empty() && wakes_.begin()->first <= now && loading_ < limits::loading_max) {
        const saga_id id = wakes_.begin()->second;
        wakes_.erase(wakes_.begin());
        saga_slot& slot = ensure_slot(id);
        slot.scheduled = never;
        const bool busy = slot.now_in == saga_slot::phase::gathered
                          || slot.now_in == saga_slot::phase::committing;
        if (!busy) pump(slot, now);  // a busy one is dispatched when its commit is through
    }
}

void engine::recover(const std::vector<wake_up>& unfinished) {
    for (const wake_up& each : unfinished) {
        if (each.at != never) wakes_.emplace(each.at, each.id);
    }
}

// -- one saga's inputs
// -------------------------------------------------------------------------------

saga_slot& engine::ensure_slot(const saga_id& id) {
    const auto [at, added] = slots_.try_emplace(id);
    if (!added) return *at->second;
    at->second = std::make_unique<saga_slot>();
    at->second->id = id;
    return *at->second;
}

void engine::enqueue(saga_slot& slot, slot_input input, instant now) {
    if (slot.inbox.size() >= limits::inbox_max) {
        return refuse(input.from(), refusal::overloaded, "too much is waiting for this checkout");
    }
    slot.inbox.push_back(std::move(input));
    pump(slot, now);
}

void engine::pump(saga_slot& slot, instant now) {
    if (slot.now_in == saga_slot::phase::loading) return request_load(slot);
    while (slot.now_in != saga_slot::phase::committing && !slot.inbox.empty()) {
        slot_input input = std::move(slot.inbox.front());
        slot.inbox.pop_front();
        process(slot, std::move(input), now);
    }
    if (slot.now_in == saga_slot::phase::idle) dispatch(slot, now);
}

void engine::request_load(saga_slot& slot) {
    if (slot.load_requested) return;
    slot.load_requested = true;
    ++loading_;
    actions_.push_back(load_saga{slot.id});
}

void engine::process(saga_slot& slot, slot_input input, instant now) {
    if (auto* answer = std::get_if<slot_answer>(&input.what)) {
        return process_answer(slot, std::move(*answer), now);
    }
    if (auto* asked = std::get_if<slot_command>(&input.what)) {
        return process_command(slot, std::move(*asked), now);
    }
    const slot_read& read = std::get<slot_read>(input.what);
    if (slot.now_in == saga_slot::phase::idle) return respond(read.from, slot, read.replayed);
    slot.replies.push_back({read.from, refusal::none, {}, read.replayed});
}

void engine::apply(saga_slot& slot, event happened, instant now) {
    ASSERT(slot.now_in == saga_slot::phase::idle || slot.now_in == saga_slot::phase::gathered);
    if (slot.now_in == saga_slot::phase::idle) {
        slot.now_in = saga_slot::phase::gathered;
        slot.from = slot.record.state;
        slot.was = slot.record.status();
        gathering_.push_back(&slot);
    }
    slot.entries.push_back({slot.record.sequence + 1, now, std::move(happened)});
    const step_outcome outcome = step(slot.record, slot.entries.back());
    if (!outcome.listed && !asked_for(slot.entries.back().event)) ++counters_.violations;
    if (options_.writes_outbox) announce(slot, outcome);
    if (outcome.starts_child) start_child(slot, now);
}

void engine::announce(saga_slot& slot, const step_outcome& outcome) {
    const std::string prefix = std::string(slot.record.definition->name()) + ".";
    for (const step_taken& step : outcome.steps) {
        slot.outbox.push_back({prefix + std::string(step.fact.value), slot.record.sequence});
    }
    if (!outcome.steps.empty() && slot.record.ended()) {
        const std::string_view end = status_text(slot.record.status());
        slot.outbox.push_back({prefix + std::string(end), slot.record.sequence});
    }
}

void engine::start_child(const saga_slot& parent, instant now) {
    std::optional<child_start> child = parent.record.definition->child(parent.record);
    if (!child) return;
    const definition* meaning = registry_.newest(child->definition);
    ASSERT(meaning != nullptr && child->id.prefix() == meaning->id_prefix());
    saga_started started{
        child->definition,        meaning->version(),       parent.record.customer, {}, {},
        std::move(child->inputs), parent.record.traceparent};
    saga_slot& slot = ensure_slot(child->id);
    ASSERT(slot.record.definition == nullptr);
    slot.record = begin_record(child->id, *meaning, started, now);
    slot.created = true;
    slot.now_in = saga_slot::phase::idle;
    apply(slot, std::move(started), now);
}

// -- the commit cycle
// --------------------------------------------------------------------------------

const batch* engine::take_batch(instant now) {
    if (commit_under_way_ || (gathering_.empty() && healthy_)) return nullptr;
    commit_under_way_ = true;
    committing_ = std::move(gathering_);
    gathering_.clear();
    batch_.sagas.clear();
    batch_.at = now;
    for (saga_slot* slot : committing_) {
        ASSERT(slot->now_in == saga_slot::phase::gathered && !slot->entries.empty());
        slot->now_in = saga_slot::phase::committing;
        saga_commit& part = batch_.sagas.emplace_back();
        part.saga = &slot->record;
        part.entries = std::move(slot->entries);
        part.claim = slot->created ? slot->claim : std::nullopt;
        part.wake_at = wake_of(slot->record);
        part.outbox = slot->outbox;
    }
    return &batch_;
}

void engine::committed(const commit_receipt& receipt, instant now) {
    ASSERT(commit_under_way_);
    commit_under_way_ = false;
    healthy_ = true;
    const std::vector<saga_slot*> slots = std::exchange(committing_, {});
    for (const claim_conflict& conflict : receipt.conflicts) {
        yield_to(*slots_.at(conflict.refused), conflict, now);
    }
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
        starting_.erase(start_key{key_text(*slot.claim)});
        slot.claim.reset();
    }
    const saga_record& saga = slot.record;
    const saga_status is = saga.status();
    if (slot.created || slot.from != saga.state || slot.was != is) {
        const bool ended = saga.ended() && (slot.created || slot.was != is);
        actions_.push_back(saga_changed{
            slot.id, saga.definition, slot.from, saga.state, slot.was, is, slot.created, ended});
    }
    slot.created = false;
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

// -- starts that came to nothing
// ---------------------------------------------------------------------

void engine::refuse_start(saga_slot& slot, refusal why, const std::string& detail) {
    for (const saga_slot::waiting_reply& waiting : slot.replies)
        refuse(waiting.to, why, detail);
    for (const slot_input& input : slot.inbox)
        refuse(input.from(), why, detail);
    starting_.erase(start_key{key_text(*slot.claim)});
    dropped_.insert(&slot);
}

void engine::yield_to(saga_slot& slot, const claim_conflict& conflict, instant now) {
    ASSERT(slot.claim && slot.created);
    if (slot.claim->fingerprint != conflict.existing_fingerprint) {
        return refuse_start(slot, refusal::idempotency_key_reused, {});
    }
    std::vector<ticket> tickets;
    for (const saga_slot::waiting_reply& waiting : slot.replies)
        tickets.push_back(waiting.to);
    for (const slot_input& input : slot.inbox)
        tickets.push_back(input.from());
    slot.replies.clear();
    slot.inbox.clear();
    refuse_start(slot, refusal::none, {});
    for (const ticket each : tickets) {
        saga_slot& existing = ensure_slot(conflict.existing);
        existing.inbox.push_back({slot_read{each, true}});
        if (existing.now_in == saga_slot::phase::loading) request_load(existing);
        if (existing.now_in == saga_slot::phase::idle) pump(existing, now);
    }
}

// A child whose parent's start came to nothing was never started either.
void engine::drop_orphans(const std::vector<saga_slot*>& slots) {
    if (dropped_.empty()) return;
    for (saga_slot* slot : slots) {
        if (!slot->created || slot->claim) continue;
        for (const saga_slot* parent : dropped_) {
            if (parent->id.bytes() != slot->id.bytes()) continue;
            dropped_.insert(slot);
            break;
        }
    }
}

void engine::release_dropped() {
    for (saga_slot* slot : std::exchange(dropped_, {}))
        forget(*slot);
}

// -- memory and replies
// ------------------------------------------------------------------------------

void engine::respond(ticket to, const saga_slot& slot, bool replayed) {
    if (to == 0) return;
    snapshots_.push_back(slot.record);
    actions_.push_back(reply{to, refusal::none, {}, &snapshots_.back(), replayed});
}

void engine::refuse(ticket to, refusal why, std::string detail) {
    if (to == 0) return;
    actions_.push_back(reply{to, why, std::move(detail), nullptr, false});
}

void engine::forget(saga_slot& slot) {
    const saga_id id = slot.id;
    slots_.erase(id);
}

void engine::retire(saga_slot& slot) {
    ASSERT(slot.now_in == saga_slot::phase::idle && slot.inbox.empty());
    if (!slot.record.ended()) return forget(slot);
    if (slot.lingers) return;
    slot.lingers = true;
    lingering_.push_back(slot.id);
    while (lingering_.size() > limits::lingering_max) {
        const auto oldest = slots_.find(lingering_.front());
        ASSERT(oldest != slots_.end());
        if (oldest->second->now_in != saga_slot::phase::idle)
            return;  // in use; the next one tries again
        lingering_.pop_front();
        forget(*oldest->second);
    }
}

std::vector<action> engine::take_actions() {
    handed_out_ = std::exchange(snapshots_, {});
    return std::exchange(actions_, {});
}

instant engine::next_wake() const {
    if (wakes_.empty() || loading_ >= limits::loading_max) return never;
    return wakes_.begin()->first;
}

bool engine::healthy() const {
    return healthy_;
}
std::size_t engine::active() const {
    return slots_.size() - lingering_.size();
}
bool engine::quiescent() const {
    return !commit_under_way_ && gathering_.empty();
}

std::string_view refusal_code(refusal why) {
    switch (why) {
        case refusal::none: return "";
        case refusal::idempotency_key_reused: return "idempotency-key-reused";
        case refusal::not_found: return "not-found";
        case refusal::past_pivot: return "past-pivot";
        case refusal::already_ended: return "already-ended";
        case refusal::signal_not_expected: return "signal-not-expected";
        case refusal::call_not_open: return "call-not-open";
        case refusal::not_resolvable: return "not-resolvable";
        case refusal::nothing_to_retry: return "nothing-to-retry";
        case refusal::not_parked: return "not-parked";
        case refusal::overloaded: return "overloaded";
        case refusal::store_unavailable: return "store-unavailable";
    }
    ASSERT(false);
}

}  // namespace makegood
