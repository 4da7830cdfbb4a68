#pragma once

#include <optional>
#include <string>

#include "engine/event.hpp"
#include "engine/variables.hpp"

namespace makegood {

// What commands with a key were told, the newest ones of a saga: among what it learnt, so that it
// is as durable as what they did.
inline constexpr std::string_view answered_commands = "answered_commands";

struct earlier_answer {
    refusal why = refusal::none;
    std::string detail;
};

// Notes an answer; past `limits::answered_commands_max` the oldest one is forgotten.
void note_answer(variables& learnt, const command_answered& told);
// What the command of that key was told; nothing when it was not here, or is forgotten.
[[nodiscard]] std::optional<earlier_answer> find_answer(
    const variables& learnt, const idempotency_key& key
);

}  // namespace makegood
