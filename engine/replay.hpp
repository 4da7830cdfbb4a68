#pragma once

#include <functional>
#include <span>
#include <string>

#include "engine/definition.hpp"
#include "engine/result.hpp"
#include "engine/saga_record.hpp"
#include "engine/step.hpp"

namespace makegood {

// Why a journal cannot be folded: it does not begin with a start, a sequence is missing, or the
// definition is not known to this binary.
struct replay_failure {
    journal_sequence at = 0;
    std::string detail;
};

// One entry as replay saw it. References are valid during the call only.
struct replayed_entry {
    const journal_entry& entry;
    const step_outcome& outcome;
    const saga_record& after;
    state_name from;
};

// Folds a journal through its definition; `visit` may be empty. `entries` starts with sequence 1.
[[nodiscard]] result_or<saga_record, replay_failure> replay(
    const definition_registry& registry,
    const saga_id& id,
    std::span<const journal_entry> entries,
    const std::function<void(const replayed_entry&)>& visit = {}
);

// The event that would make `saga` see `fact` now: the supposed answer to an open call, a timer, a
// signal or a cancel. For `replay --assume`. Fails with a sentence when nothing open yields that
// fact.
[[nodiscard]] result_or<event, std::string> suppose(const saga_record& saga, std::string_view fact);

}  // namespace makegood
