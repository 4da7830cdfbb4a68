#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "engine/assert.hpp"
#include "simulation/people.hpp"

// Customers whom their bank asks, and operators.
namespace makegood::simulation {
namespace {

using kind = fault_kind;
using namespace std::chrono_literals;

std::string call_text(const call_reference& call) {
    std::string text(call.call.value);
    if (call.ordinal > 0) text += fmt::format(":{}", call.ordinal);
    return text;
}

bool is_for_person(const saga_record& saga, const call_record& call) {
    return saga.definition->call(call.call.call).backend.empty();
}

// Every open call has been opened again since somebody acted, but for what only a person can do.
bool begins_anew(const durable_saga& known) {
    return std::ranges::all_of(known.record.calls, [&](const call_record& call) {
        return is_for_person(known.record, call) || call.status != call_status::pending
               || call.opened_at >= known.acted_at;
    });
}

}  // namespace

// -- customers

void people::notice(const saga_record& saga) {
    if (saga.status() != saga_status::awaiting_customer) return;
    for (const call_record& call : saga.calls) {
        if (call.status != call_status::waiting) continue;
        const std::string which = saga.id.text() + call_text(call.call);
        if (!at_bank_.insert(which).second) continue;
        const bool late = around_.sky.strikes(kind::late_customer);
        if (late && luck_.happens(0.3)) continue;  // never comes back
        const duration delay = late ? luck_.between(1min, 20min) : luck_.between(500ms, 20s);
        around_.host.time.after(delay, [this, id = saga.id, call = call.call] {
            act_at_bank(id, call);
        });
    }
}

void people::act_at_bank(const saga_id& id, const call_reference& call) {
    const bool agreed = luck_.happens(0.85);
    std::string authorization = "pay_" + id.suffix();
    if (call.ordinal > 0) authorization += fmt::format("_{}", call.ordinal);
    around_.backends.payments.customer_acted(authorization, agreed);
    const std::uint64_t words = around_.sky.strikes(kind::late_customer) ? 2 : 1;
    for (std::uint64_t i = 0; i < words; ++i) {
        const idempotency_key key{fmt::format("word-{}", words_++)};
        signal(std::make_shared<bank_word>(bank_word{id, call, agreed, key}));
    }
}

// It is repeated until somebody has taken it, and now and then once more.
void people::signal(const std::shared_ptr<bank_word>& word) {
    const auto heard = std::make_shared<bool>(false);
    if (process* serving = around_.reachable()) {
        const signal_received said{
            call_text(word->call), word->agreed, word->agreed ? "" : "authentication_failed"};
        serving->submit(
            word->id, said,
            [this, word, heard](const reply& told) {
                *heard = told.why != refusal::store_unavailable && told.why != refusal::overloaded;
                if (!*heard) return;
                hear(*word, told);
                if (word->told_times++ > 0 || !luck_.happens(0.3)) return;
                around_.host.time.after(luck_.between(0s, 1min), [this, word] { signal(word); });
            },
            word->key
        );
    }
    around_.host.time.after(10s, [this, word, heard] {
        if (!*heard) signal(word);
    });
}

// What was refused did nothing, and is judged anew.
void people::hear(bank_word& word, const reply& told) {
    const bool was_done = std::exchange(word.done, word.done || told.why == refusal::none);
    if (!was_done) {
        if (word.done) judge_heard(word);
        return;
    }
    if (told.why == refusal::none) return;
    if (told.why == refusal::not_found && around_.host.judge.was_pruned(word.id)) return;
    around_.found.breaks(
        promise::nothing_lost_or_doubled, word.id,
        fmt::format(
            "the customer's word was taken, and when it came again answered \"{}\"",
            refusal_code(told.why)
        )
    );
}

void people::judge_heard(const bank_word& word) {
    const saga_record& saga = around_.host.judge.durable().find(word.id)->record;
    const call_record* settled = saga.find_call(word.call);
    if (settled != nullptr && settled->status != call_status::waiting) return;
    around_.found.breaks(
        promise::nothing_lost_or_doubled, word.id,
        "the customer's word was taken, and is waited for still"
    );
}

// -- operators

void people::operate() {
    const auto& ids = around_.host.judge.durable().ids();
    if (ids.empty()) return;
    const saga_id& id = ids[luck_.below(ids.size())];
    switch (luck_.below(6)) {
        case 0: return command_saga(id, operator_verb::cancel);
        case 1: return command_saga(id, operator_verb::compensate);
        case 2: return command_saga(id, operator_verb::retry);
        case 3: return command_saga(id, operator_verb::park);
        case 4: return command_saga(id, operator_verb::resume);
        default: return resolve_by_hand(around_.host.judge.durable().find(id)->record);
    }
}

void people::care_for(const saga_id& id, care how) {
    switch (how) {
        case care::resume: return command_saga(id, operator_verb::resume);
        case care::retry: return command_saga(id, operator_verb::retry);
        case care::resolve: return resolve_by_hand(around_.host.judge.durable().find(id)->record);
    }
    ASSERT(false);
}

void people::command_saga(const saga_id& id, operator_verb verb) {
    std::string actor = fmt::format("operator-{}", commands_);
    submit(id, operator_acted{verb, actor, "because of the weather"}, actor);
}

// A person does what a call is to do, and says so. Only what must be done at all: whoever makes an
// order by hand and fails to say so has made one too many.
void people::resolve_by_hand(const saga_record& saga) {
    for (const call_record& call : saga.calls) {
        if (call.status != call_status::pending) continue;
        const call_spec& spec = saga.definition->call(call.call.call);
        if (!spec.resolvable || spec.tries != persistence::persistent) continue;
        const std::string key = fmt::format(
            "{}:by-hand-{}", saga.definition->idempotency_key_of(spec, call.call.ordinal, saga),
            by_hand_++
        );
        if (!is_for_person(saga, call) && !do_by_hand(saga, call.call, key)) continue;
        std::string actor = fmt::format("operator-{}", commands_);
        submit(saga.id, resolve_request{call_text(call.call), true, actor, "done by hand"}, actor);
    }
}

bool people::do_by_hand(const saga_record& saga, const call_reference& call, std::string_view key) {
    const call_spec& spec = saga.definition->call(call.call);
    const backend_answer answer = around_.backends.receive(
        spec.backend.value, saga.definition->request(spec, call.ordinal, saga), key,
        around_.host.time.now()
    );
    return answer.status / 100 == 2 || answer.body.find("exists") != std::string::npos;
}

// What was promised must be so: the answer shows the saga as it durably is.
void people::judge_answer(const saga_id& id, const command& asked, const reply& told) {
    const auto* acted = std::get_if<operator_acted>(&asked);
    if (acted == nullptr || told.why == refusal::store_unavailable) return;
    const durable_saga* known = around_.host.judge.durable().find(id);
    if (known == nullptr) return;
    const saga_record& saga = known->record;
    const state_kind kind = saga.definition->state(saga.state).kind;
    const bool past = kind == state_kind::pivoting || kind == state_kind::committed
                      || kind == state_kind::completed;
    const bool backward = kind == state_kind::backward || kind == state_kind::failed
                          || kind == state_kind::compensated;
    bool is_so = true;
    // The confirmation may have been refused since; but nobody may do what was said to be
    // impossible.
    const bool cancelled = saga.reason && saga.reason->code == "cancelled";
    if (told.why == refusal::not_found) is_so = around_.host.judge.was_pruned(id);
    if (told.why == refusal::past_pivot) is_so = past || (backward && !cancelled);
    if (told.why == refusal::already_ended) is_so = saga.ended();
    if (told.why == refusal::none) {
        const bool held = saga.parked && saga.parked->held;
        const bool is_last_word = known->last_actor == acted->actor;
        switch (acted->verb) {
            case operator_verb::cancel:
            case operator_verb::compensate: is_so = backward; break;
            case operator_verb::park: {
                // The answer to its last call may have come in the same commit.
                const bool ended_since = saga.ended() && !known->acted_at_end;
                is_so = held || ended_since || !is_last_word;
                break;
            }
            case operator_verb::retry:
            case operator_verb::resume:
                is_so = !is_last_word || (!held && begins_anew(*known));
                break;
        }
    }
    if (is_so) return;
    around_.found.breaks(
        promise::operators_can_act, id,
        fmt::format(
            "{} was answered \"{}\", and the saga is {} in {}", verb_text(acted->verb),
            refusal_code(told.why), status_text(saga.status()), saga.state.value
        )
    );
}

void people::submit(const saga_id& id, command asked, std::string actor) {
    process* serving = around_.reachable();
    if (serving == nullptr) return;
    const std::uint64_t number = commands_++;
    asked_.insert(number);
    const command asked_for = asked;
    serving->submit(
        id, std::move(asked),
        [this, id, number, actor, asked_for, serving](const reply& told) {
            asked_.erase(number);
            if (serving == around_.reachable()) judge_answer(id, asked_for, told);
            if (told.why != refusal::none) return;
            if (around_.host.judge.durable().find(id)->actors.contains(actor)) return;
            around_.found.breaks(
                promise::operators_can_act, id,
                fmt::format(
                    "{} was told that it is done, and the journal does not name them", actor
                )
            );
        }
    );
}

}  // namespace makegood::simulation
