#include <fmt/format.h>

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
    signal(id, call, agreed);
    if (around_.sky.strikes(kind::late_customer)) signal(id, call, agreed);
}

// The bank repeats its word until somebody has taken it.
void people::signal(const saga_id& id, const call_reference& call, bool agreed) {
    const auto heard = std::make_shared<bool>(false);
    if (process* serving = around_.reachable()) {
        serving->submit(
            id, signal_received{call_text(call), agreed, agreed ? "" : "authentication_failed"},
            [heard](const reply& told) { *heard = told.why != refusal::store_unavailable; }
        );
    }
    around_.host.time.after(10s, [this, id, call, agreed, heard] {
        if (!*heard) signal(id, call, agreed);
    });
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
        const std::string key = fmt::format("by-hand-{}", by_hand_++);
        const backend_answer answer = around_.backends.receive(
            spec.backend.value, saga.definition->request(spec, call.call.ordinal, saga), key,
            around_.host.time.now()
        );
        const bool done = answer.status == 200 || answer.status == 201 || answer.status == 204;
        if (!done && answer.body.find("exists") == std::string::npos) continue;
        std::string actor = fmt::format("operator-{}", commands_);
        submit(saga.id, resolve_request{call_text(call.call), true, actor, "done by hand"}, actor);
    }
}

void people::submit(const saga_id& id, command asked, std::string actor) {
    process* serving = around_.reachable();
    if (serving == nullptr) return;
    const std::uint64_t number = commands_++;
    asked_.insert(number);
    serving->submit(id, std::move(asked), [this, id, number, actor](const reply& told) {
        asked_.erase(number);
        if (told.why != refusal::none) return;
        if (around_.host.judge.durable().find(id)->actors.contains(actor)) return;
        around_.found.breaks(
            promise::operators_can_act, id,
            fmt::format("{} was told that it is done, and the journal does not name them", actor)
        );
    });
}

}  // namespace makegood::simulation
