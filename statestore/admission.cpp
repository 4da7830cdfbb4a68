#include "statestore/admission.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>

namespace makegood::statestore {
namespace {

using family = std::array<std::uint8_t, 16>;
using claimed_key = std::pair<customer_id, idempotency_key>;

bool tells_of(const outbox_event& told, const saga_commit& change) {
    return told.saga == change.saga->id && told.sequence >= change.entries.front().sequence
           && told.sequence <= change.entries.back().sequence;
}

const char* malformation_of(const saga_commit& change) {
    if (change.saga == nullptr || change.saga->definition == nullptr) return "has no record";
    if (change.entries.empty()) return "has no entries";
    journal_sequence expected = change.entries.front().sequence;
    if (expected == 0) return "begins with entry 0";
    for (const journal_entry& entry : change.entries) {
        if (entry.sequence != expected++) return "has a gap between its entries";
    }
    if (change.saga->sequence != change.entries.back().sequence) {
        return "has a record that is not at its last entry";
    }
    const bool starts = std::holds_alternative<saga_started>(change.entries.front().event);
    if (starts != (change.entries.front().sequence == 1)) return "does not begin with its start";
    if (change.claim && !starts) return "claims a key after its start";
    for (const outbox_event& each : change.outbox) {
        if (!tells_of(each, change)) return "has an event of none of its entries";
    }
    return nullptr;
}

bool starts(const saga_commit& change) {
    return change.entries.front().sequence == 1;
}

}  // namespace

admission admit(const batch& changes, const store_facts& stored) {
    admission admitted;
    admitted.sagas.reserve(changes.sagas.size());
    std::map<claimed_key, key_holder> claimed;
    std::set<family> refused;
    for (const saga_commit& change : changes.sagas) {
        const saga_id& id = change.saga->id;
        if (starts(change)) {
            if (refused.contains(id.bytes())) continue;
        } else if (stored.is_gone(change)) {
            admitted.receipt.gone.push_back(id);
            refused.insert(id.bytes());
            continue;
        }
        if (change.claim) {
            const start_claim& claim = *change.claim;
            const auto [mine, first] =
                claimed.try_emplace({claim.customer, claim.key}, key_holder{id, claim.fingerprint});
            const std::optional<key_holder> holder =
                first ? stored.holder_of(claim) : std::optional<key_holder>{mine->second};
            if (holder) {
                mine->second = *holder;
                admitted.receipt.conflicts.push_back({id, holder->saga, holder->fingerprint});
                refused.insert(id.bytes());
                continue;
            }
        }
        admitted.sagas.push_back(&change);
    }
    return admitted;
}

std::optional<store_error> malformation(const batch& changes) {
    for (const saga_commit& change : changes.sagas) {
        const char* problem = malformation_of(change);
        if (problem == nullptr) continue;
        return store_error{
            store_errc::corrupt,
            fmt::format(
                "the commit of {} {}; nothing of the batch was kept",
                change.saga == nullptr ? "a saga" : change.saga->id.text(), problem
            )};
    }
    return {};
}

}  // namespace makegood::statestore
