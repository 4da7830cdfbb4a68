#pragma once

#include <boost/container/small_vector.hpp>
#include <optional>
#include <string>

#include "engine/definition.hpp"
#include "engine/event.hpp"
#include "engine/saga_record.hpp"

namespace makegood {

// One arrow of the table that an event made the saga take. An event takes several when a step has
// nothing to call and is left at once: then only the first one's fact has happened.
struct step_taken {
    fact_name fact;
    state_name from;
    state_name to;
};

// What one event did to a saga.
struct step_outcome {
    // False: the table lists nothing for this fact in this state. The event is journalled as a
    // protocol violation and changes nothing but the sequence.
    bool listed = true;
    // The fact was listed as `ignored`, or the event settled nothing for the table.
    bool ignored = false;
    boost::container::small_vector<step_taken, 2> steps;
    // To be sent once the entry is durable.
    boost::container::small_vector<call_reference, 2> opened;
    bool starts_child = false;
    bool parked = false;  // by this event: it was not before
};

// The whole decision: applies one journalled event to the record. Deterministic; no clock, chance,
// I/O or logging. `entry.sequence` must be the next one. The live engine and every replay call this
// and nothing else.
[[nodiscard]] step_outcome step(saga_record& saga, const journal_entry& entry);

// Whether a signal settles that call: it waits, and the signal has the name that the call waits for
// or names the call itself ("authorize_payment:2").
[[nodiscard]] bool settles(
    std::string_view signal, const saga_record& saga, const call_record& call
);

// The fact that a report tells of; nothing when the definition takes nobody's word for it here.
[[nodiscard]] std::optional<fact_name> told_by(
    const fact_reported& report, const saga_record& saga
);

// The call that waits for a person and has no backend that could be asked instead.
[[nodiscard]] const call_record* open_task(const saga_record& saga);

// The record before its first entry. `started` must be that entry's event.
[[nodiscard]] saga_record begin_record(
    const saga_id& id, const definition& definition, const saga_started& started, instant at
);

// The name that operators see for an entry: the fact it settled where it settled one
// (`inventory_reserved`), else what it is (`attempt_failed`).
[[nodiscard]] std::string entry_name(const journal_entry& entry, const step_outcome& outcome);

}  // namespace makegood
