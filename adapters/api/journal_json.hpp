#pragma once

#include <span>
#include <string>

#include "engine/replay.hpp"

namespace makegood {

// A journal as GET /v1/checkouts/{id}/journal answers it: `{"items":[{seq, at, event, from, to,
// effects, attempt, actor, detail}]}`, members without a value absent. Folds the journal, so it
// works on anything that a store holds; free of I/O. `entries` starts with sequence 1.
[[nodiscard]] result_or<std::string, replay_failure> journal_json(
    const definition_registry& registry, const saga_id& id, std::span<const journal_entry> entries
);

}  // namespace makegood
