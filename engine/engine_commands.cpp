#include <algorithm>
#include <charconv>

#include "engine/assert.hpp"
#include "engine/done_commands.hpp"
#include "engine/engine.hpp"
#include "engine/saga_slot.hpp"

// What an answer or a command becomes in the journal.
namespace makegood {
namespace {

std::string trimmed(std::string text) {
    if (text.size() > limits::detail_bytes_max) text.resize(limits::detail_bytes_max);
    return text;
}

// The journal's word for what one attempt brought.
struct answer_reader {
    const retry_policies& policies;
    const saga_record& saga;
    const call_reference& call;
    instant now;

    event operator()(answered_done& done) const { return call_done{call, std::move(done.learnt)}; }
    event operator()(answered_waiting& waiting) const {
        return call_waiting{call, std::move(waiting.learnt)};
    }
    event operator()(answered_refused& refused) const {
        return call_refused{
            call, trimmed(std::move(refused.code)), trimmed(std::move(refused.detail))};
    }
    event operator()(answered_retry& retry) const {
        return decide_retry(
            policies, saga, call, trimmed(std::move(retry.detail)), retry.retry_after, now
        );
    }
    event operator()(answered_unknown& unknown) const {
        return decide_retry(policies, saga, call, trimmed(std::move(unknown.detail)), {}, now);
    }
    event operator()(answered_denied& denied) const {
        return call_denied{call, trimmed(std::move(denied.detail))};
    }
};

bool has_pending_call(const saga_record& saga) {
    return std::any_of(saga.calls.begin(), saga.calls.end(), [](const call_record& call) {
        return call.status == call_status::pending;
    });
}

bool waits_for(const saga_record& saga, std::string_view signal) {
    return std::any_of(saga.calls.begin(), saga.calls.end(), [&](const call_record& call) {
        return settles(signal, saga, call);
    });
}

refusal judge_cancel(const saga_record& saga) {
    switch (saga.definition->state(saga.state).kind) {
        case state_kind::initial:
        case state_kind::forward:
        case state_kind::waiting:
        case state_kind::backward: return refusal::none;
        case state_kind::pivoting:
        case state_kind::committed:
        case state_kind::completed: return refusal::past_pivot;
        case state_kind::failed:
        case state_kind::compensated: return refusal::already_ended;
    }
    ASSERT(false);
}

// Whether trying again helps: not where only a task is open, which is the person's own to do.
refusal judge_retry(const saga_record& saga) {
    const bool held = saga.parked && saga.parked->held;
    if (open_task(saga) != nullptr && !held) return refusal::nothing_to_retry;
    return saga.parked || has_pending_call(saga) ? refusal::none : refusal::nothing_to_retry;
}

refusal judge(const saga_record& saga, const operator_acted& acted) {
    switch (acted.verb) {
        case operator_verb::cancel:
        case operator_verb::compensate: return judge_cancel(saga);
        case operator_verb::retry:
            if (saga.ended()) return refusal::already_ended;
            return judge_retry(saga);
        case operator_verb::park: return saga.ended() ? refusal::already_ended : refusal::none;
        case operator_verb::resume:
            if (saga.ended()) return refusal::already_ended;
            return saga.parked ? judge_retry(saga) : refusal::not_parked;
    }
    ASSERT(false);
}

// "void_payment" or "void_payment:2"; nothing when the saga has no such call waiting for an
// outcome.
std::optional<call_reference> open_call(const saga_record& saga, std::string_view text) {
    const auto colon = text.find(':');
    const auto name = saga.definition->find_call(text.substr(0, colon));
    if (!name) return {};
    std::optional<unsigned> ordinal;
    if (colon != std::string_view::npos) {
        unsigned number = 0;
        const std::string_view digits = text.substr(colon + 1);
        const auto read = std::from_chars(digits.data(), digits.data() + digits.size(), number);
        if (read.ec != std::errc{} || read.ptr != digits.data() + digits.size()) return {};
        ordinal = number;
    }
    for (const call_record& call : saga.calls) {
        if (call.call.call != *name || call.status != call_status::pending) continue;
        if (!ordinal || *ordinal == call.call.ordinal) return call.call;
    }
    return {};
}

// The journal is as long as it may be, and this leads nowhere: what leads on is always heard.
bool repeats_without_end(const fact_reported& report, const saga_record& saga) {
    if (saga.sequence < limits::journal_entries_max) return false;
    const std::optional<fact_name> fact = saga.definition->find_fact(report.fact);
    return !fact || saga.definition->decide(saga, *fact).says != transition::verdict::taken;
}

std::string where(const saga_record& saga) {
    return "the saga is " + std::string(status_text(saga.status())) + ", in state "
           + std::string(saga.state.value);
}

}  // namespace

void engine::process_answer(saga_slot& slot, slot_answer answer, instant now) {
    const saga_record& saga = slot.record;
    const call_record* call = saga.find_call(answer.call);
    if (call == nullptr || call->status != call_status::pending) {
        ++counters_.late_answers;  // the saga moved on: the outcome no longer matters
        return;
    }
    if (const auto* deferred = std::get_if<call_deferred>(&answer.outcome)) {
        slot.deferrals.push_back({answer.call, deferred->until});
        return;
    }
    call_answer meaning = answered_unknown{};
    if (auto* silence = std::get_if<no_answer>(&answer.outcome)) {
        meaning = answered_unknown{std::move(silence->detail)};
    } else {
        const call_spec& spec = saga.definition->call(answer.call.call);
        meaning = saga.definition->read_answer(
            spec, answer.call.ordinal, saga, std::get<backend_answer>(answer.outcome)
        );
    }
    const answer_reader reader{options_.retries, saga, answer.call, now};
    apply(slot, std::visit(reader, meaning), now);
}

void engine::process_command(saga_slot& slot, slot_command asked, instant now) {
    const saga_record& saga = slot.record;
    if (!asked.key.empty() && was_done(saga.learnt, asked.key)) return tell_again(slot, asked.from);
    refusal why = refusal::none;
    event happened;
    if (auto* acted = std::get_if<operator_acted>(&asked.asked)) {
        why = judge(saga, *acted);
        happened = std::move(*acted);
    } else if (auto* signal = std::get_if<signal_received>(&asked.asked)) {
        if (!waits_for(saga, signal->signal)) why = refusal::signal_not_expected;
        happened = std::move(*signal);
    } else if (auto* report = std::get_if<fact_reported>(&asked.asked)) {
        if (!told_by(*report, saga) || repeats_without_end(*report, saga)) {
            why = refusal::report_not_expected;
        }
        happened = std::move(*report);
    } else {
        auto& resolve = std::get<resolve_request>(asked.asked);
        const std::optional<call_reference> call = open_call(saga, resolve.call);
        if (!call) return refuse(asked.from, refusal::call_not_open, where(saga));
        const call_spec& spec = saga.definition->call(call->call);
        const bool undoable = resolve.needed || spec.tries == persistence::persistent;
        if (!spec.resolvable || !undoable) {
            return refuse(asked.from, refusal::not_resolvable, where(saga));
        }
        happened = call_resolved{
            *call, resolve.needed, std::move(resolve.actor), std::move(resolve.reason)};
    }
    // A refused request is journalled as well, with who and why; step() makes nothing of it.
    // Only a journal that has grown too long leaves it out, so that whoever asks in vain without
    // end neither fills the store nor shuts operators out.
    std::string detail = why == refusal::none ? std::string{} : where(saga);
    if (why != refusal::none && saga.sequence >= limits::journal_entries_max) {
        return refuse(asked.from, why, std::move(detail));
    }
    apply(slot, std::move(happened), now);
    if (!asked.key.empty() && why == refusal::none) {
        apply(slot, command_done{std::move(asked.key)}, now);
    }
    slot.replies.push_back({asked.from, why, std::move(detail), false});
}

// Not before what it did is durable.
void engine::tell_again(saga_slot& slot, ticket from) {
    if (slot.now_in == saga_slot::phase::idle) return respond(from, slot, true);
    slot.replies.push_back({from, refusal::none, {}, true});
}

}  // namespace makegood
