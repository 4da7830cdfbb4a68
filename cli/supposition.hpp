#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "cli/console.hpp"
#include "engine/definition.hpp"
#include "engine/event.hpp"
#include "engine/step.hpp"

namespace makegood::cli {

// `--assume 4=payment_refused`: had entry 4 been that.
struct supposition {
    journal_sequence at = 0;
    std::string fact;
};

// Throws command_failure(usage_wrong) when `text` is not SEQ=EVENT.
[[nodiscard]] supposition parse_supposition(std::string_view text);

// What one event did, as far as a person compares it.
struct observed_step {
    std::string event;
    std::string way;  // "authorizing -> releasing"
    std::string opened;
    std::string status;
    std::string reason;
    bool operator==(const observed_step&) const = default;
};

struct supposed_outcome {
    journal_sequence at = 0;
    observed_step supposed{};
    std::optional<observed_step> happened{};  // nothing when the journal ends before
};

// Folds what came before, then the supposed event instead of the real one. Nothing is written.
// Throws usage_wrong when the journal is too short or nothing open could lead to that event.
[[nodiscard]] supposed_outcome try_supposition(
    const definition_registry& registry,
    const saga_id& id,
    const std::vector<journal_entry>& entries,
    const supposition& supposed
);

[[nodiscard]] std::string supposition_text(const supposed_outcome& outcome, const palette& paint);
[[nodiscard]] std::string supposition_json(const supposed_outcome& outcome);

}  // namespace makegood::cli
