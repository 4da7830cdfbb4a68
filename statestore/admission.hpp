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

// What of a batch may be written, and the claims that were refused.
struct admission {
    std::vector<const saga_commit*> sagas;
    commit_receipt receipt;
};

// Leaves out every saga whose claim is taken, by the store (`find`) or by an earlier saga of the
// same batch, and whatever of its family follows in the batch. The same for every store.
[[nodiscard]] admission admit(
    const batch& changes, const std::function<std::optional<key_holder>(const start_claim&)>& find
);

// What is wrong with a batch whatever the store holds: no entries, a gap between them, a record
// that is not at its last entry, a claim that is not the start's. Nothing when it may be committed.
[[nodiscard]] std::optional<store_error> malformation(const batch& changes);

}  // namespace makegood::statestore
