#include "adapters/fault_injection/known_sagas.hpp"

#include <algorithm>

namespace makegood {

namespace {

std::vector<call_reference> open_calls(const saga_record& saga) {
    std::vector<call_reference> open;
    for (const call_record& call : saga.calls) {
        if (call.status == call_status::pending) open.push_back(call.call);
    }
    return open;
}

}  // namespace

void known_sagas::note(const saga_record& saga) {
    const std::lock_guard lock(mutex_);
    if (saga.ended()) {
        sagas_.erase(saga.id);
        return;
    }
    known& mine = sagas_[saga.id];
    if (saga.sequence < mine.sequence) return;
    mine = {saga.customer, saga.sequence, open_calls(saga)};
}

customer_id known_sagas::customer_of(const saga_id& id) const {
    const std::lock_guard lock(mutex_);
    const auto found = sagas_.find(id);
    return found == sagas_.end() ? customer_id{} : found->second.customer;
}

std::vector<call_reference> known_sagas::opened_by(const saga_record& decided) const {
    std::vector<call_reference> opened = open_calls(decided);
    const std::lock_guard lock(mutex_);
    const auto found = sagas_.find(decided.id);
    if (found == sagas_.end()) return opened;
    const std::vector<call_reference>& before = found->second.open;
    std::erase_if(opened, [&before](const call_reference& each) {
        return std::find(before.begin(), before.end(), each) != before.end();
    });
    return opened;
}

}  // namespace makegood
