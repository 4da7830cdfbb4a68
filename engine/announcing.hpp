#pragma once

#include <vector>

#include "engine/ports/journal.hpp"
#include "engine/step.hpp"

namespace makegood {

// Appends what the world outside is told of one entry that made the saga what it is now: the
// announcement that its definition has for the fact that happened and where it led, that it was
// parked, its end. At most one of each type. A function of the fold, so a replay of the journal
// announces the same, byte for byte (P7).
void announce(
    const journal_entry& entry,
    const step_outcome& outcome,
    const saga_record& after,
    std::vector<outbox_event>& announced
);

}  // namespace makegood
