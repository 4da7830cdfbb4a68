#include "engine/step.hpp"

#include <algorithm>

#include "engine/assert.hpp"
#include "engine/done_commands.hpp"
#include "engine/limits.hpp"

namespace makegood {
namespace {

bool may_settle(const call_record& call) {
    return call.status == call_status::pending || call.status == call_status::waiting;
}

// What made the saga leave the forward way, for its reason.
struct cause {
    std::string_view code;    // the backend's or the operator's word, may be empty
    std::string_view detail;  // for people
};

// Applies one event. Lives for one call of step().
class stepper {
public:
    stepper(saga_record& saga, instant at) : saga_(saga), at_(at) {}

    step_outcome apply(const event& happened) {
        const std::string parked_before = saga_.parked ? saga_.parked->code : std::string();
        std::visit([this](const auto& each) { on(each); }, happened);
        if (saga_.ended()) {
            saga_.parked.reset();
        } else if (!saga_.parked) {
            park_for_task();
        }
        outcome_.parked = saga_.parked && is_news(parked_before);
        return std::move(outcome_);
    }

private:
    // Whether a person must be told: the saga was not parked before, or has come to another task.
    bool is_news(const std::string& parked_before) const {
        if (parked_before.empty()) return true;
        return !outcome_.steps.empty() && saga_.parked->code != parked_before;
    }

    void on(const saga_started&) { take(saga_.definition->started_fact(), {}); }

    void on(const call_done& event) {
        call_record* call = open_call(event.call);
        if (call == nullptr) return;
        call->status = call_status::done;
        call->last_error.clear();
        saga_.learnt.merge(event.learnt);
        unpark();
        settle(event.call.call, {});
    }

    void on(const call_waiting& event) {
        call_record* call = open_call(event.call);
        if (call == nullptr) return;
        call->status = call_status::waiting;
        call->last_error.clear();
        saga_.learnt.merge(event.learnt);
        unpark();
        settle(event.call.call, {});
    }

    void on(const call_refused& event) {
        call_record* call = open_call(event.call);
        if (call == nullptr) return;
        call->last_error = event.code;
        if (spec(event.call.call).on_refused.empty()) {
            call->next_attempt_at = never;
            const std::string_view detail = event.detail.empty() ? event.code : event.detail;
            park("call_refused", event.call, detail);
            return;
        }
        call->status = call_status::refused;
        unpark();
        settle(event.call.call, {event.code, event.detail});
    }

    void on(const call_failed& event) {
        call_record* call = open_call(event.call);
        if (call == nullptr) return;
        ++call->attempts;
        call->last_error = event.detail;
        call->next_attempt_at = event.next_attempt_at;
        if (event.parks) park("attempts_exhausted", event.call, event.detail);
    }

    void on(const call_exhausted& event) {
        call_record* call = open_call(event.call);
        if (call == nullptr) return;
        ++call->attempts;
        call->status = call_status::unknown;
        call->last_error = event.detail;
        take(saga_.definition->unknown_fact(), {{}, event.detail});
    }

    void on(const call_denied& event) {
        call_record* call = open_call(event.call);
        if (call == nullptr) return;
        ++call->attempts;
        call->last_error = event.detail;
        call->next_attempt_at = never;
        park("call_denied", event.call, event.detail);
    }

    void on(const call_resolved& event) {
        call_record* call = open_call(event.call);
        if (call == nullptr) return;
        call->status = call_status::done;
        call->last_error.clear();
        if (!waits_for_person()) saga_.parked.reset();
        settle(event.call.call, {});
    }

    void on(const timer_fired& event) { take(event.fact, {}); }

    void on(const signal_received& event) {
        const auto waits = [&](const call_record& call) {
            return call.status == call_status::waiting;
        };
        const auto is_meant = [&](const call_record& call) {
            return settles(event.signal, saga_, call);
        };
        // One word settles one call: of several that wait, the one that was shown, which is the
        // first.
        const auto call = std::find_if(saga_.calls.begin(), saga_.calls.end(), is_meant);
        if (call == saga_.calls.end()) {
            outcome_.listed = false;
            return;
        }
        call->status = event.accepted ? call_status::done : call_status::refused;
        if (!event.accepted) call->last_error = event.code;
        const bool others_wait = std::any_of(saga_.calls.begin(), saga_.calls.end(), waits);
        if (event.accepted && others_wait) return;
        settle(call->call.call, {event.code, event.code});
    }

    void on(const fact_reported& event) {
        const std::optional<fact_name> fact = told_by(event, saga_);
        if (!fact) {
            outcome_.listed = false;
            return;
        }
        // First, because guards ask for it: now, or when the saga gets to where it matters.
        saga_.learnt.merge(event.learnt);
        take(*fact, {});
    }

    void on(const operator_acted& event) {
        switch (event.verb) {
            case operator_verb::cancel:
            case operator_verb::compensate:
                take(saga_.definition->cancel_fact(), {verb_text(event.verb), event.reason});
                if (!outcome_.steps.empty()) saga_.parked.reset();
                return;
            case operator_verb::resume:
                if (!saga_.parked) return;
                [[fallthrough]];
            case operator_verb::retry:
                saga_.parked.reset();
                restart_open_calls();
                return;
            case operator_verb::park: saga_.parked = parking{"held", event.reason, true}; return;
        }
        ASSERT(false);
    }

    void on(const command_done& event) { note_done(saga_.learnt, event.key); }

    void on(const saga_parked& event) {
        if (!saga_.parked) saga_.parked = parking{event.code, event.detail, false};
    }

    // -- the calls of a step

    const call_spec& spec(call_name name) const { return saga_.definition->call(name); }

    // The call, when its outcome still matters; otherwise the event is marked as unlisted.
    call_record* open_call(const call_reference& reference) {
        call_record* call = saga_.find_call(reference);
        if (call != nullptr && may_settle(*call)) return call;
        outcome_.listed = false;
        return nullptr;
    }

    // Tells the table when the calls of that name have settled. A step that can be given up fails
    // with its first refusal; one that must be done waits for all of its calls.
    void settle(call_name name, const cause& why) {
        bool pending = false;
        bool waiting = false;
        bool refused = false;
        for (const call_record& call : saga_.calls) {
            if (call.call.call != name) continue;
            pending |= call.status == call_status::pending;
            waiting |= call.status == call_status::waiting;
            refused |= call.status == call_status::refused;
        }
        const call_spec& called = spec(name);
        const bool gives_up = called.tries != persistence::persistent;
        if (refused && (gives_up || !pending)) return take(called.on_refused, why);
        if (pending) return;
        take(waiting ? called.on_waiting : called.on_done, why);
    }

    // A person wants it tried anew: budgets begin again.
    void restart_open_calls() {
        if (saga_.learnt.contains(pivoting_since)) {
            saga_.learnt.set(pivoting_since, at_.time_since_epoch().count());
        }
        for (call_record& call : saga_.calls) {
            if (call.status != call_status::pending || is_task(spec(call.call.call))) continue;
            call.attempts = 0;
            call.opened_at = at_;
            call.next_attempt_at = at_;
        }
    }

    // -- the table

    // Takes the arrow for `fact`, and those after it whose step has nothing to call.
    void take(fact_name fact, const cause& why) {
        for (std::size_t taken = 0; !fact.empty(); ++taken) {
            ASSERT(taken < limits::cascade_max);
            const transition next = saga_.definition->decide(saga_, fact);
            outcome_.listed = next.says != transition::verdict::unlisted;
            outcome_.ignored = next.says == transition::verdict::ignored;
            if (next.says != transition::verdict::taken) return;
            fact = follow(fact, next, why);
        }
    }

    // Moves along one arrow and opens its calls. Returns the next fact when there was nothing to
    // call.
    fact_name follow(fact_name fact, const transition& next, const cause& why) {
        note_reason(fact, next.to, why);
        outcome_.steps.push_back({fact, saga_.state, next.to});
        outcome_.starts_child |= next.starts_child;
        // A waiting state is where the waiting calls belong; any other leaves open calls behind.
        const state_kind kind = saga_.definition->state(next.to).kind;
        if (kind != state_kind::waiting) abandon_open_calls();
        if (kind == state_kind::pivoting && !saga_.learnt.contains(pivoting_since)) {
            saga_.learnt.set(pivoting_since, at_.time_since_epoch().count());
        }
        saga_.state = next.to;
        unpark();
        ASSERT(next.emits.size() <= 1);
        if (next.emits.empty()) return {};
        const call_spec& emitted = spec(next.emits.front());
        const call_ordinals ordinals = saga_.definition->fan_out(emitted, saga_);
        ASSERT(ordinals.size() <= limits::fan_out_max);
        for (const call_ordinal ordinal : ordinals)
            open({emitted.name, ordinal});
        return ordinals.empty() ? emitted.on_done : fact_name{};
    }

    void abandon_open_calls() {
        for (call_record& call : saga_.calls) {
            if (may_settle(call)) call.status = call_status::abandoned;
        }
    }

    void note_reason(fact_name fact, state_name to, const cause& why) {
        const state_kind kind = saga_.definition->state(to).kind;
        if (saga_.reason || (kind != state_kind::backward && kind != state_kind::failed)) return;
        saga_.reason = failure_reason{
            saga_.definition->reason_code(saga_, fact, why.code), saga_.state,
            std::string(why.detail.empty() ? why.code : why.detail)};
    }

    void open(const call_reference& reference) {
        call_record* call = saga_.find_call(reference);
        if (call == nullptr) call = &saga_.calls.emplace_back();
        *call = call_record{
            .call = reference,
            .status = call_status::pending,
            .attempts = 0,
            .opened_at = at_,
            .next_attempt_at = is_task(spec(reference.call)) ? never : at_,
            .last_error = {}};
        outcome_.opened.push_back(reference);
    }

    // -- parking

    void park(std::string_view code, const call_reference& call, std::string_view detail) {
        if (saga_.parked && saga_.parked->held) return;
        std::string text(call.call.value);
        text += ": ";
        text += detail;
        saga_.parked = parking{std::string(code), std::move(text), false};
    }

    // Whatever ended a parking, a task that is open parks the saga: only its end lets it go on.
    void park_for_task() {
        const call_record* task = open_task(saga_);
        if (task == nullptr) return;
        const call_spec& asked = spec(task->call.call);
        park(asked.parks_as, task->call, asked.task);
    }

    // Progress ends a parking of the engine's own, unless another call of the step still waits for
    // a person; a person's own stays until a person ends it. Asking again and again at the pivot is
    // no progress: only its end is.
    void unpark() {
        if (!saga_.parked || saga_.parked->held || waits_for_person()) return;
        const bool pivoting = saga_.definition->state(saga_.state).kind == state_kind::pivoting;
        if (pivoting && saga_.parked->code == "overdue") return;
        saga_.parked.reset();
    }

    // A call was denied, or refused where it must be done, or is a task: nothing but a person
    // helps.
    bool waits_for_person() const {
        return std::any_of(saga_.calls.begin(), saga_.calls.end(), [](const call_record& call) {
            return call.status == call_status::pending && call.next_attempt_at == never;
        });
    }

    saga_record& saga_;
    const instant at_;
    step_outcome outcome_;
};

std::string_view event_kind(const event& happened) {
    struct {
        std::string_view operator()(const saga_started&) const { return "started"; }
        std::string_view operator()(const call_done&) const { return "call_done"; }
        std::string_view operator()(const call_waiting&) const { return "call_waiting"; }
        std::string_view operator()(const call_refused&) const { return "call_refused"; }
        std::string_view operator()(const call_failed&) const { return "attempt_failed"; }
        std::string_view operator()(const call_exhausted&) const { return "call_exhausted"; }
        std::string_view operator()(const call_denied&) const { return "call_denied"; }
        std::string_view operator()(const call_resolved&) const { return "call_resolved"; }
        std::string_view operator()(const timer_fired& each) const { return each.fact.value; }
        std::string_view operator()(const signal_received&) const { return "signal_received"; }
        std::string_view operator()(const saga_parked&) const { return "parked"; }
        std::string_view operator()(const command_done&) const { return "command_done"; }
        std::string_view operator()(const fact_reported& each) const { return each.fact; }
        std::string_view operator()(const operator_acted& each) const {
            switch (each.verb) {
                case operator_verb::cancel: return "cancel_requested";
                case operator_verb::compensate: return "compensation_requested";
                case operator_verb::retry: return "retry_requested";
                case operator_verb::park: return "park_requested";
                case operator_verb::resume: return "resume_requested";
            }
            ASSERT(false);
        }
    } name;
    return std::visit(name, happened);
}

}  // namespace

bool settles(std::string_view signal, const saga_record& saga, const call_record& call) {
    const std::string_view waits_for = saga.definition->call(call.call.call).signal;
    if (call.status != call_status::waiting || waits_for.empty()) return false;
    if (signal == waits_for) return true;
    std::string name(call.call.call.value);
    if (call.call.ordinal > 0) name += ':' + std::to_string(call.call.ordinal);
    return signal == name;
}

std::optional<fact_name> told_by(const fact_reported& report, const saga_record& saga) {
    const std::optional<fact_name> fact = saga.definition->find_fact(report.fact);
    if (!fact || !saga.definition->takes_report(saga, *fact)) return {};
    const transition next = saga.definition->decide(saga, *fact);
    return next.says == transition::verdict::unlisted ? std::nullopt : fact;
}

const call_record* open_task(const saga_record& saga) {
    const auto task = std::find_if(saga.calls.begin(), saga.calls.end(), [&](const auto& call) {
        const bool rests = call.status == call_status::pending && call.next_attempt_at == never;
        return rests && is_task(saga.definition->call(call.call.call));
    });
    return task == saga.calls.end() ? nullptr : &*task;
}

saga_record begin_record(
    const saga_id& id, const definition& definition, const saga_started& started, instant at
) {
    ASSERT(definition.name() == started.definition && definition.version() == started.version);
    saga_record saga;
    saga.id = id;
    saga.definition = &definition;
    saga.customer = started.customer;
    saga.state = definition.initial_state();
    saga.inputs = started.inputs;
    saga.created_at = at;
    saga.updated_at = at;
    saga.traceparent = started.traceparent;
    return saga;
}

step_outcome step(saga_record& saga, const journal_entry& entry) {
    ASSERT(saga.definition != nullptr);
    ASSERT(entry.sequence == saga.sequence + 1);
    saga.sequence = entry.sequence;
    if (!saga.ended()) saga.updated_at = entry.at;  // an ended saga keeps the time of its end
    return stepper(saga, entry.at).apply(entry.event);
}

std::string entry_name(const journal_entry& entry, const step_outcome& outcome) {
    if (!outcome.steps.empty()) return std::string(outcome.steps.front().fact.value);
    return std::string(event_kind(entry.event));
}

}  // namespace makegood
