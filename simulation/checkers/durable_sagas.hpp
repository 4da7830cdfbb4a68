#pragma once

#include <set>
#include <string>
#include <unordered_map>
#include <vector>

#include "engine/definition.hpp"
#include "engine/ports/journal.hpp"
#include "engine/step.hpp"

namespace makegood::simulation {

// One saga as the checkers know it: folded by them, entry by entry, from what commits made durable.
struct durable_saga {
    saga_record record;
    std::set<std::string, std::less<>> actors;  // who is named in its journal
    std::string last_actor;
    instant acted_at{};         // when that one did
    bool acted_at_end = false;  // and whether the saga had ended by then
};

// One entry that has become durable.
struct durable_entry {
    state_name from;  // where the saga stood before
    const saga_record& after;
    const journal_entry& entry;
    const step_outcome& outcome;
};

// All that is durable, kept beside the store and without its help.
class durable_sagas {
public:
    explicit durable_sagas(const definition_registry& registry) : registry_(registry) {}

    // Folds the entries of one commit into what is known, and calls `each(durable_entry)` after
    // each of them. Returns the saga. `change` begins with the next entry of its saga.
    template <class Each>
    const durable_saga& fold(const saga_commit& change, const Each& each) {
        durable_saga& known = begin(change);
        for (const journal_entry& entry : change.entries) {
            const state_name from = known.record.state;
            const step_outcome outcome = step(known.record, entry);
            note_actor(known, entry);
            each(durable_entry{from, known.record, entry, outcome});
        }
        return known;
    }
    // Whether the entries follow what is known.
    [[nodiscard]] bool follows(const saga_commit& change) const;

    [[nodiscard]] const durable_saga* find(const saga_id& id) const;
    // In the order in which they became durable.
    [[nodiscard]] const std::vector<saga_id>& ids() const { return ids_; }

private:
    durable_saga& begin(const saga_commit& change);
    static void note_actor(durable_saga& known, const journal_entry& entry);

    const definition_registry& registry_;
    std::unordered_map<saga_id, durable_saga> sagas_;
    std::vector<saga_id> ids_;
};

}  // namespace makegood::simulation
