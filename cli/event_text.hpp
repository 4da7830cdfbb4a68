#pragma once

#include <string>

#include "engine/event.hpp"
#include "engine/step.hpp"

namespace makegood::cli {

// `void_payment`, or `void_payment:2` in a fan-out: as `resolve --call` takes it.
[[nodiscard]] std::string call_text(const call_reference& call);
// What an event says beyond its name: which call, the error, when the next attempt is, who acted.
[[nodiscard]] std::string event_detail(const event& happened);
// `reserving -> authorizing`, every state on the way; the state alone when nothing moved.
[[nodiscard]] std::string way_text(state_name from, const step_outcome& outcome);
// The calls that were opened, separated by commas.
[[nodiscard]] std::string opened_text(const step_outcome& outcome);

}  // namespace makegood::cli
