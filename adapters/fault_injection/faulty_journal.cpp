#include "adapters/fault_injection/faulty_journal.hpp"

#include <algorithm>

#include "adapters/fault_injection/crash.hpp"

namespace makegood {

store_result<commit_receipt> faulty_writer::commit(const batch& changes) {
    for (const saga_commit& each : changes.sagas)
        crash_where_told(*each.saga);
    store_result<commit_receipt> receipt = real_.commit(changes);
    if (receipt) note(changes, *receipt);
    return receipt;
}

void faulty_writer::crash_where_told(const saga_record& decided) {
    for (const call_reference& call : sagas_.opened_by(decided)) {
        if (rules_.strike(fault_point::opening, decided.id, call, decided.customer)) crash();
    }
}

void faulty_writer::note(const batch& changes, const commit_receipt& receipt) {
    for (const saga_commit& each : changes.sagas) {
        // A saga whose claim was taken is not there, and none of its children is; nor is one that
        // was pruned.
        const auto is_refused = [&each](const claim_conflict& conflict) {
            return conflict.refused.bytes() == each.saga->id.bytes();
        };
        const auto is_pruned = [&each](const saga_id& gone) {
            return gone.bytes() == each.saga->id.bytes();
        };
        if (std::ranges::none_of(receipt.conflicts, is_refused)
            && std::ranges::none_of(receipt.gone, is_pruned)) {
            sagas_.note(*each.saga);
        }
    }
}

store_result<saga_record> noting_reader::load(const saga_id& id) {
    store_result<saga_record> record = real_.load(id);
    if (record) sagas_.note(*record);
    return record;
}

}  // namespace makegood
