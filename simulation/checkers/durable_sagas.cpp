#include "simulation/checkers/durable_sagas.hpp"

#include "engine/assert.hpp"

namespace makegood::simulation {

bool durable_sagas::follows(const saga_commit& change) const {
    const durable_saga* known = find(change.saga->id);
    const journal_sequence last = known == nullptr ? 0 : known->record.sequence;
    return change.entries.front().sequence == last + 1;
}

durable_saga& durable_sagas::begin(const saga_commit& change) {
    const auto [at, fresh] = sagas_.try_emplace(change.saga->id);
    if (!fresh) return at->second;
    ids_.push_back(change.saga->id);
    const journal_entry& first = change.entries.front();
    const auto& started = std::get<saga_started>(first.event);
    const definition* meaning = registry_.find(started.definition, started.version);
    ASSERT(meaning != nullptr);
    at->second.record = begin_record(change.saga->id, *meaning, started, first.at);
    return at->second;
}

void durable_sagas::note_actor(durable_saga& known, const journal_entry& entry) {
    if (const auto* acted = std::get_if<operator_acted>(&entry.event)) {
        known.actors.insert(acted->actor);
        known.last_actor = acted->actor;
        known.acted_at = entry.at;
        known.acted_at_end = known.record.ended();
    } else if (const auto* resolved = std::get_if<call_resolved>(&entry.event)) {
        known.actors.insert(resolved->actor);
        known.last_actor = resolved->actor;
        known.acted_at = entry.at;
    }
}

const durable_saga* durable_sagas::find(const saga_id& id) const {
    const auto found = sagas_.find(id);
    return found == sagas_.end() ? nullptr : &found->second;
}

}  // namespace makegood::simulation
