#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "engine/definition.hpp"
#include "engine/event.hpp"
#include "engine/identifiers.hpp"
#include "engine/ports/journal.hpp"
#include "engine/saga_record.hpp"
#include "engine/time.hpp"

namespace makegood::bench {

// How far a checkout has come.
enum class fate : std::uint8_t {
    completed,
    failed,       // nothing in stock
    compensated,  // the card was declined
    waiting,      // for the customer
};
[[nodiscard]] std::optional<fate> parse_fate(std::string_view text);

// Everything that the engine committed of one checkout.
struct saga_template {
    saga_record record;
    std::vector<journal_entry> entries;
    start_claim claim;
    instant wake_at = never;

    // The same checkout of another customer under another id and key.
    void rename(const saga_id& id, const customer_id& customer, const idempotency_key& key);
    // As the one commit that a store needs of it; takes the entries along. This object must outlive
    // it.
    [[nodiscard]] saga_commit take_commit();
};

// Runs the engine itself, as of `at`, with a shop's answers; a millisecond passes a call.
[[nodiscard]] saga_template run_checkout(
    const definition_registry& registry, fate wanted, instant at
);

}  // namespace makegood::bench
