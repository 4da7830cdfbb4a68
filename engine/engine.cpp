#include "engine/engine.hpp"

#include <algorithm>
#include <tuple>

#include "engine/announcing.hpp"
#include "engine/assert.hpp"
#include "engine/saga_slot.hpp"
#include "engine/step.hpp"

// Inputs, one saga at a time, and memory. The commit cycle: engine_commit.cpp; what a command may
// do: engine_commands.cpp; what is due when: engine_dispatch.cpp.
namespace makegood {
namespace {

// People may ask for what the table does not list; only an answer or a timer that it does not list
// is a fault of the definition.
bool asked_for(const event& happened) {
    return std::holds_alternative<operator_acted>(happened)
           || std::holds_alternative<signal_received>(happened)
           || std::holds_alternative<fact_reported>(happened);
}

auto claimed_key(const start_claim& claim) {
    return std::tie(claim.customer, claim.key);
}

}  // namespace

bool engine::by_claim::operator()(const saga_slot* left, const saga_slot* right) const {
    return (*this)(*left->claim, right);
}
bool engine::by_claim::operator()(const saga_slot* left, const start_claim& right) const {
    return claimed_key(*left->claim) < claimed_key(right);
}
bool engine::by_claim::operator()(const start_claim& left, const saga_slot* right) const {
    return claimed_key(left) < claimed_key(*right->claim);
}

engine::engine(const definition_registry& registry, engine_options options)
    : registry_(registry), options_(options) {}

engine::~engine() = default;

// -- inputs

void engine::start(start_request request, ticket from, instant now) {
    ASSERT(request.definition != nullptr && !request.key.empty());
    start_claim claim{request.document.customer, request.key, request.document.fingerprint};
    if (const auto twin = starting_.find(claim); twin != starting_.end()) {
        saga_slot& first = **twin;
        if (first.claim->fingerprint == claim.fingerprint) {
            return enqueue(first, {slot_read{from, true}}, now);
        }
        if (first.rivals.size() >= limits::inbox_max) {
            return refuse(from, refusal::overloaded, "too much is waiting for this key");
        }
        first.rivals.push_back({claim.fingerprint, from});
        return;
    }
    if (!healthy_) return refuse(from, refusal::store_unavailable, {});
    if (slots_.size() - lingering_.size() >= options_.active_sagas_max) {
        return refuse(from, refusal::overloaded, "too many checkouts are under way");
    }
    saga_started started{
        std::string(request.definition->name()),
        request.definition->version(),
        std::move(request.document.customer),
        std::move(request.key),
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
    starting_.insert(&slot);
    apply(slot, std::move(started), now);
}

void engine::submit(
    const saga_id& id, command asked, ticket from, instant now, idempotency_key key
) {
    enqueue(ensure_slot(id), {slot_command{std::move(asked), from, std::move(key)}}, now);
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
    // A child that was asked for before its parent started it is here already, or was dropped with
    // its parent: what was read is older.
    if (found == slots_.end()) return tick(now);
    saga_slot& slot = *found->second;
    slot.load_requested = false;
    if (std::exchange(slot.load_is_timers, false)) --timers_loading_;
    if (slot.pruned) record = was_pruned(id);
    if (slot.now_in != saga_slot::phase::loading) {
        if (slot.now_in == saga_slot::phase::idle) pump(slot, now);
    } else if (record.has_value()) {
        slot.record = std::move(*record);
        slot.now_in = saga_slot::phase::idle;
        slot.just_loaded = true;
        asleep_.remove(wake_of(slot.record), id);  // dispatch() plans anew
        pump(slot, now);
    } else {
        const bool missing = record.error().code == store_errc::not_found;
        const refusal why = missing ? refusal::not_found : refusal::store_unavailable;
        for (const slot_input& input : slot.inbox)
            refuse(input.from(), why, record.error().detail);
        if (!missing) {
            ++counters_.unreadable;
            // One whose time had come is looked at again; of any other the time is still planned.
            if (slot.was_due) asleep_.add(now + limits::unreadable_pause, id);
        }
        forget(slot);
    }
    tick(now);
}

void engine::recover(const std::vector<wake_up>& unfinished) {
    asleep_.add_all(unfinished);
}

// -- one saga's inputs

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
        slot.inbox.erase(slot.inbox.begin());
        process(slot, std::move(input), now);
    }
    if (slot.now_in == saga_slot::phase::idle) dispatch(slot, now);
}

void engine::request_load(saga_slot& slot) {
    if (slot.load_requested) return;
    slot.load_requested = true;
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
    keep_shown(slot);
    if (slot.now_in == saga_slot::phase::idle) {
        slot.now_in = saga_slot::phase::gathered;
        slot.from = slot.record.state;
        slot.was = slot.record.status();
        gathering_.push_back(&slot);
    }
    slot.entries.push_back({slot.record.sequence + 1, now, std::move(happened)});
    const step_outcome outcome = step(slot.record, slot.entries.back());
    if (!outcome.listed && !asked_for(slot.entries.back().event)) ++counters_.violations;
    if (options_.writes_outbox) announce(slot.entries.back(), outcome, slot.record, slot.outbox);
    if (outcome.starts_child) start_child(slot, now);
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
    slot.parent = &parent;
    slot.now_in = saga_slot::phase::idle;
    count_woken(slot, parent.woken);
    apply(slot, std::move(started), now);
}

// -- memory and replies

void engine::respond(ticket to, saga_slot& slot, bool replayed) {
    if (to == 0) return;
    if (slot.shown_in != turn_) slot.shown_from = actions_.size();
    slot.shown_in = turn_;
    actions_.push_back(reply{to, refusal::none, {}, &slot.record, replayed});
}

void engine::keep_shown(saga_slot& slot) {
    if (slot.shown_in != turn_) return;
    slot.shown_in = 0;
    const saga_record& kept = snapshots_.emplace_back(slot.record);
    for (std::size_t i = slot.shown_from; i < actions_.size(); ++i) {
        auto* told = std::get_if<reply>(&actions_[i]);
        if (told != nullptr && told->saga == &slot.record) told->saga = &kept;
    }
}

void engine::refuse(ticket to, refusal why, std::string detail) {
    if (to == 0) return;
    actions_.push_back(reply{to, why, std::move(detail), nullptr, false});
}

void engine::forget(saga_slot& slot) {
    ASSERT(slot.scheduled == never);
    keep_shown(slot);
    count_woken(slot, false);
    const saga_id id = slot.id;
    if (slot.lingers) std::erase(lingering_, id);
    slots_.erase(id);
}

void engine::retire(saga_slot& slot) {
    ASSERT(slot.now_in == saga_slot::phase::idle && slot.inbox.empty());
    if (slot.load_requested) return;  // loaded() looks at it again
    if (!slot.record.ended()) return put_to_sleep(slot);
    if (slot.lingers) return;
    slot.lingers = true;
    count_woken(slot, false);
    lingering_.push_back(slot.id);
    while (lingering_.size() > limits::lingering_max) {
        const auto oldest = slots_.find(lingering_.front());
        ASSERT(oldest != slots_.end());
        if (oldest->second->now_in != saga_slot::phase::idle)
            return;  // in use; the next one tries again
        lingering_.pop_front();
        oldest->second->lingers = false;
        forget(*oldest->second);
    }
}

std::vector<action> engine::take_actions() {
    ++turn_;
    if (actions_.empty()) return {};
    handed_out_ = std::exchange(snapshots_, {});
    std::vector<action> taken = std::exchange(actions_, {});
    actions_.reserve(taken.size());  // the next turn is much like this one
    return taken;
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
        case refusal::report_not_expected: return "report-not-expected";
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
