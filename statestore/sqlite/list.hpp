#pragma once

#include <vector>

#include "engine/definition.hpp"
#include "engine/ports/journal.hpp"
#include "statestore/sqlite/connection.hpp"

namespace makegood::statestore {

// A saga that a list has to look at.
struct list_candidate {
    list_position at;
    // False: it is not in the state that is asked for. True of a saga that runs: its row may be of
    // an earlier entry, so only its fold tells.
    bool may_match = true;
};

// The next candidates of a list, newest first, at most as many as the query's limit; fewer: there
// are no others. Call it in a read transaction.
//
// The narrowest way that fits is walked: what the customer has, by_reason, else by_status once for
// each status that the query permits, and the runs are merged. A state is looked for among the
// sagas of its status, and those that are parked. What is looked at beyond the candidates are the
// rows that the filters other than the state drop.
[[nodiscard]] std::vector<list_candidate> find_candidates(
    connection& db, const definition_registry& registry, const saga_query& query
);

}  // namespace makegood::statestore
