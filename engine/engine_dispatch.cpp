#include <algorithm>

#include "engine/assert.hpp"
#include "engine/engine.hpp"
#include "engine/saga_slot.hpp"

// Effects second: what is due for a saga whose record is durable; and when whose time comes.
namespace makegood {
namespace {

bool held(const saga_record& saga) {
    return saga.parked && saga.parked->held;
}

// The state's deadline, unless the table has nothing to do with it there.
std::optional<state_deadline> effective_deadline(const saga_record& saga) {
    std::optional<state_deadline> deadline = saga.definition->deadline(saga);
    if (!deadline) return {};
    const transition next = saga.definition->decide(saga, deadline->fact);
    if (next.says != transition::verdict::taken) return {};
    return deadline;
}

std::string last_word(const call_record& call) {
    return call.last_error.empty() ? "no attempt was answered in time" : call.last_error;
}

// Asking at the pivot may go round in a circle, each turn of it healthy: a person is told when it
// has gone on for as long as any persistent call may.
instant pivot_overdue(const saga_record& saga, const retry_policies& policies) {
    if (saga.parked || saga.definition->state(saga.state).kind != state_kind::pivoting) {
        return never;
    }
    const auto since = saga.learnt.integer(pivoting_since);
    if (!since) return never;
    return instant{duration{*since}} + policies.persistent.parks_after_time;
}

std::string stuck_at_pivot(const saga_record& saga) {
    std::string text = "the pivot is neither confirmed nor refused";
    for (const call_record& call : saga.calls) {
        if (call.status != call_status::pending) continue;
        text += "; " + std::string(call.call.call.value) + ": " + last_word(call);
    }
    return text;
}

}  // namespace

void engine::dispatch(saga_slot& slot, instant now) {
    ASSERT(slot.now_in == saga_slot::phase::idle && slot.inbox.empty());
    const saga_record& saga = slot.record;
    if (saga.ended()) {
        schedule(slot, never);
        return retire(slot);
    }
    if (held(saga)) {
        schedule(slot, never);
        if (slot.flights.empty()) retire(slot);
        return;
    }
    instant next = never;
    if (const auto deadline = effective_deadline(saga)) {
        if (deadline->at <= now) return apply(slot, timer_fired{deadline->fact}, now);
        next = deadline->at;
    }
    const instant overdue = pivot_overdue(saga, options_.retries);
    if (overdue <= now) return apply(slot, saga_parked{"overdue", stuck_at_pivot(saga)}, now);
    next = std::min(next, overdue);
    for (const call_record& call : saga.calls) {
        if (call.status != call_status::pending || slot.in_flight(call.call)) continue;
        next = std::min(next, dispatch_call(slot, call, now));
        if (slot.now_in != saga_slot::phase::idle) return;  // `call` is gone
    }
    schedule(slot, next);
    if (slot.flights.empty() && dormant(saga)) retire(slot);
}

// Sends the call when it is due, or journals that its time is over. Returns when to look again.
instant engine::dispatch_call(saga_slot& slot, const call_record& call, instant now) {
    if (call.next_attempt_at == never) return never;  // denied: a person starts it again
    const saga_record& saga = slot.record;
    const call_spec& spec = saga.definition->call(call.call.call);
    instant ends = budget_end(options_.retries, spec, call, saga);
    if (ends <= now && slot.just_loaded) {
        // The budget ran out while nobody was there to try: one attempt decides better than none.
        const instant useful_until = saga.definition->calls_useful_until(saga);
        if (useful_until > now) ends = std::min(now + options_.attempt_time_max, useful_until);
    }
    if (ends <= now) {
        apply(slot, call_exhausted{call.call, last_word(call)}, now);
        return never;
    }
    instant overdue = never;
    if (spec.tries == persistence::persistent && !saga.parked) {
        // Of several calls one may have ended the parking that another still needs.
        const bool exhausted = call.attempts >= options_.retries.persistent.parks_after;
        overdue = call.opened_at + options_.retries.persistent.parks_after_time;
        if (exhausted || overdue <= now) {
            const std::string detail = std::string(call.call.call.value) + ": " + last_word(call);
            const saga_parked told = exhausted ? saga_parked{"attempts_exhausted", detail}
                                               : saga_parked{"overdue", detail};
            apply(slot, told, now);
            return never;
        }
    }
    instant due = call.next_attempt_at;
    for (const saga_slot::deferral& deferral : slot.deferrals) {
        if (deferral.call == call.call) due = std::max(due, deferral.until);
    }
    if (due > now) return std::min({due, ends, overdue});
    send(slot, call, now, ends);
    return never;
}

void engine::send(saga_slot& slot, const call_record& call, instant now, instant budget_ends) {
    const saga_record& saga = slot.record;
    const call_spec& spec = saga.definition->call(call.call.call);
    std::erase_if(slot.deferrals, [&](const saga_slot::deferral& each) {
        return each.call == call.call;
    });
    const std::uint32_t attempt = ++slot.attempts_sent;
    slot.just_loaded = false;
    slot.flights.push_back({call.call, attempt});
    const instant deadline = std::min(now + options_.attempt_time_max, budget_ends);
    actions_.push_back(perform_call{
        .id = slot.id,
        .call = call.call,
        .attempt = attempt,
        .failed = call.attempts,
        .backend = spec.backend,
        .request = saga.definition->request(spec, call.call.ordinal, saga),
        .idempotency_key = saga.definition->idempotency_key_of(spec, call.call.ordinal, saga),
        .traceparent = saga.traceparent,
        .deadline = deadline,
        .budget_left = (budget_ends == never ? deadline : budget_ends) - now,
    });
}

instant engine::wake_of(const saga_record& saga) const {
    if (saga.ended() || held(saga)) return never;
    instant next = never;
    if (const auto deadline = effective_deadline(saga)) next = deadline->at;
    next = std::min(next, pivot_overdue(saga, options_.retries));
    for (const call_record& call : saga.calls) {
        if (call.status != call_status::pending || call.next_attempt_at == never) continue;
        const call_spec& spec = saga.definition->call(call.call.call);
        next =
            std::min({next, call.next_attempt_at, budget_end(options_.retries, spec, call, saga)});
    }
    return next;
}

void engine::schedule(saga_slot& slot, instant at) {
    if (slot.scheduled == at) return;
    if (slot.scheduled != never) wakes_.remove(slot.scheduled, slot.id);
    if (at != never) wakes_.add(at, slot.id);
    slot.scheduled = at;
}

// -- time

void engine::tick(instant now) {
    while (!wakes_.empty() && wakes_.next().at <= now) {
        const auto due = slots_.find(wakes_.take_next().id);
        ASSERT(due != slots_.end());
        due->second->scheduled = never;
        look_at(*due->second, now);
    }
    while (has_room() && !asleep_.empty() && asleep_.next().at <= now) {
        saga_slot& slot = ensure_slot(asleep_.take_next().id);
        if (slot.now_in == saga_slot::phase::loading) {
            slot.was_due = true;
            if (!slot.load_requested) {
                slot.load_is_timers = true;
                ++timers_loading_;
                count_woken(slot, true);
            }
        }
        look_at(slot, now);
    }
}

void engine::look_at(saga_slot& slot, instant now) {
    const bool busy =
        slot.now_in == saga_slot::phase::gathered || slot.now_in == saga_slot::phase::committing;
    if (!busy) pump(slot, now);  // a busy one is dispatched when its commit is through
}

instant engine::next_wake() const {
    instant next = never;
    if (!wakes_.empty()) next = wakes_.next().at;
    if (!asleep_.empty() && has_room()) next = std::min(next, asleep_.next().at);
    return next;
}

// For one more saga whose time has come. What takes the room goes by itself: a saga that was woken
// is being read, committed or called for, or has a time in wakes_, until it ends or sleeps again.
bool engine::has_room() const {
    const std::size_t woken_max = options_.active_sagas_max / limits::woken_part;
    return timers_loading_ < limits::loading_max && woken_ < std::max<std::size_t>(woken_max, 1);
}

void engine::count_woken(saga_slot& slot, bool is) {
    if (slot.woken == is) return;
    slot.woken = is;
    if (is) {
        ++woken_;
    } else {
        --woken_;
    }
}

void engine::put_to_sleep(saga_slot& slot) {
    const instant at = slot.scheduled;
    schedule(slot, never);
    if (at != never) asleep_.add(at, slot.id);
    forget(slot);
}

}  // namespace makegood
