#pragma once

#include "engine/identifiers.hpp"
#include "engine/variables.hpp"

namespace makegood {

// Which commands with a key were done, the newest ones of a saga: among what it learnt, so that it
// is as durable as what they did.

// Notes one; past `limits::done_commands_max` the oldest one is forgotten.
void note_done(variables& learnt, const idempotency_key& key);
// False also when it is forgotten.
[[nodiscard]] bool was_done(const variables& learnt, const idempotency_key& key);

}  // namespace makegood
