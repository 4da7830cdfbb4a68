#pragma once

#include "statestore/sqlite/connection.hpp"
#include "statestore/sqlite/saga_check.hpp"

namespace makegood::statestore {

// Checks what a store keeps of events, live or not: every row can be read, each goes on where the
// one before it ends, the first one behind what was dropped, and no more was sent than there is.
// Looks at some rows at a time, so that no moment is held for long.
void check_outbox(connection& db, const difference_found& found);

}  // namespace makegood::statestore
