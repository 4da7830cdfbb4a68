#pragma once

#include <functional>
#include <optional>
#include <vector>

#include "engine/ports/journal.hpp"

namespace makegood::statestore {

// Who holds an idempotency key.
struct key_holder {
    saga_id saga;
    payload_fingerprint fingerprint{};
};

// What a store is asked about a batch before anything of it is written.
struct store_facts {
    std::function<std::optional<key_holder>(const start_claim&)> holder_of;
    // Of a saga that goes on: whether nothing at all is stored of it, so that it was pruned. Asked
    // for each one; a store may fail there where entries are missing otherwise.
    std::function<bool(const saga_commit&)> is_gone;
};

// What of a batch may be written, and what was left out.
struct admission {
    std::vector<const saga_commit*> sagas;
    commit_receipt receipt;
};

// Leaves out every saga whose claim is taken, by the store or by an earlier saga of the same batch,
// every one that was pruned, and whatever of their families starts after them in the batch. The
// same for every store.
[[nodiscard]] admission admit(const batch& changes, const store_facts& stored);

// What is wrong with a batch whatever the store holds: no entries, a gap between them, a record
// that is not at its last entry, a claim that is not the start's, an event of none of its entries.
// Nothing when it may be committed.
[[nodiscard]] std::optional<store_error> malformation(const batch& changes);

}  // namespace makegood::statestore
