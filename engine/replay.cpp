#include "engine/replay.hpp"

#include "engine/assert.hpp"

namespace makegood {
namespace {

const saga_started* start_of(std::span<const journal_entry> entries) {
    if (entries.empty() || entries.front().sequence != 1) return nullptr;
    return std::get_if<saga_started>(&entries.front().event);
}

std::optional<event> suppose_call(const saga_record& saga, fact_name fact) {
    for (const call_record& call : saga.calls) {
        const call_spec& spec = saga.definition->call(call.call.call);
        if (call.status == call_status::waiting && !spec.signal.empty()) {
            const bool accepted = fact == spec.on_done;
            if (!accepted && fact != spec.on_refused) continue;
            return signal_received{std::string(spec.signal), accepted, accepted ? "" : "supposed"};
        }
        if (call.status != call_status::pending) continue;
        if (is_task(spec)) {
            if (fact == spec.on_done) return call_resolved{call.call, true, "replay", "supposed"};
            continue;
        }
        if (fact == spec.on_done) return call_done{call.call, {}};
        if (fact == spec.on_waiting) return call_waiting{call.call, {}};
        if (fact == spec.on_refused) return call_refused{call.call, "supposed", "supposed"};
        if (fact == saga.definition->unknown_fact()) return call_exhausted{call.call, "supposed"};
    }
    return {};
}

}  // namespace

result_or<saga_record, replay_failure> replay(
    const definition_registry& registry,
    const saga_id& id,
    std::span<const journal_entry> entries,
    const std::function<void(const replayed_entry&)>& visit
) {
    const saga_started* started = start_of(entries);
    if (started == nullptr) return replay_failure{1, "the journal does not begin with a start"};
    const definition* meaning = registry.find(started->definition, started->version);
    if (meaning == nullptr) {
        return replay_failure{
            1, "this binary does not know the saga " + started->definition + " version "
                   + std::to_string(started->version)};
    }
    saga_record saga = begin_record(id, *meaning, *started, entries.front().at);
    for (const journal_entry& entry : entries) {
        if (entry.sequence != saga.sequence + 1) {
            return replay_failure{
                saga.sequence + 1,
                "the journal goes on with entry " + std::to_string(entry.sequence)};
        }
        if (entry.sequence > 1 && std::holds_alternative<saga_started>(entry.event)) {
            return replay_failure{entry.sequence, "the journal starts the saga a second time"};
        }
        const state_name from = saga.state;
        const step_outcome outcome = step(saga, entry);
        if (visit) visit({entry, outcome, saga, from});
    }
    return saga;
}

result_or<event, std::string> suppose(const saga_record& saga, std::string_view text) {
    const definition& meaning = *saga.definition;
    const std::optional<fact_name> fact = meaning.find_fact(text);
    if (!fact) {
        return "the saga " + std::string(meaning.name()) + " knows no fact '" + std::string(text)
               + "'";
    }
    if (*fact == meaning.cancel_fact()) {
        return event{operator_acted{operator_verb::cancel, "replay", "supposed"}};
    }
    if (std::optional<event> answer = suppose_call(saga, *fact)) return std::move(*answer);
    if (meaning.takes_report(saga, *fact)) {
        return event{fact_reported{std::string(fact->value), {}, "replay", "supposed"}};
    }
    const bool call_fact = [&] {
        for (const call_spec& spec : meaning.calls()) {
            if (*fact == spec.on_done || *fact == spec.on_refused || *fact == spec.on_waiting)
                return true;
        }
        return *fact == meaning.unknown_fact() || *fact == meaning.started_fact();
    }();
    if (!call_fact) return event{timer_fired{*fact}};
    return "in state " + std::string(saga.state.value) + " no open call could lead to '"
           + std::string(text) + "'";
}

}  // namespace makegood
