#include "engine/stored_view.hpp"

#include <algorithm>

#include "engine/assert.hpp"
#include "engine/limits.hpp"

namespace makegood {

bool dormant(const saga_record& saga) {
    if (saga.parked) return true;
    return std::none_of(saga.calls.begin(), saga.calls.end(), [](const call_record& call) {
        return call.status == call_status::pending;
    });
}

void stored_view::choose(saga_commit& change) const {
    ASSERT(change.saga != nullptr);
    const saga_record& saga = *change.saga;
    const bool rests = saga.ended() || dormant(saga);
    change.stores_record = !known_ || rests || saga.status() != status_
                           || saga.sequence >= record_at_ + limits::entries_folded_max;
    // Recovery may look at a saga too early, and never too late.
    change.stores_wake = !known_ || rests || change.wake_at < wake_at_;
}

void stored_view::note(const saga_commit& change) {
    if (change.stores_record) {
        status_ = change.saga->status();
        record_at_ = change.saga->sequence;
    }
    if (change.stores_wake) wake_at_ = change.wake_at;
    known_ = true;
}

}  // namespace makegood
