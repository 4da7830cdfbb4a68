#pragma once

#include <vector>

#include "engine/definition.hpp"
#include "engine/ports/journal.hpp"
#include "statestore/sqlite/connection.hpp"

namespace makegood::statestore {

// Where an item stands in a list. Lists are in descending order of it.
struct list_position {
    instant created_at{};
    saga_id saga;
    auto operator<=>(const list_position&) const = default;
};

// One page of a list, newest first. Call it in a read transaction.
//
// The narrowest way that fits is walked: what the customer has, by_reason, else by_status once for
// each status that the query permits, and the runs are merged. A state that has not ended is looked
// for among the open sagas only. What is looked at beyond the page are the rows that the other
// filters drop. Of a state that is asked for, open sagas are named that may not be in it any more.
[[nodiscard]] std::vector<list_position> find_page(
    connection& db, const definition_registry& registry, const saga_query& query
);

}  // namespace makegood::statestore
