#include "sagas/contract/tenders.hpp"

#include <algorithm>

#include "engine/assert.hpp"
#include "engine/limits.hpp"
#include "sagas/contract/variable_names.hpp"

namespace makegood::contract {
namespace {

std::size_t tender_of(call_ordinal ordinal) {
    return ordinal == 0 ? 1 : ordinal;
}

}  // namespace

std::size_t tenders_count(const saga_record& saga) {
    const std::int64_t count = saga.integer(variable::tenders).value_or(1);
    ASSERT(count >= 1 && count <= static_cast<std::int64_t>(limits::payments_max));
    return static_cast<std::size_t>(count);
}

std::int64_t fixed_amounts(const saga_record& saga) {
    std::int64_t sum = 0;
    for (std::size_t tender = 1; tender <= tenders_count(saga); ++tender) {
        sum += saga.integer(variable::amount(tender)).value_or(0);
    }
    return sum;
}

std::int64_t tender_amount(const saga_record& saga, call_ordinal ordinal) {
    const auto own = saga.integer(variable::amount(tender_of(ordinal)));
    if (own) return *own;
    const std::int64_t total = saga.integer(variable::total).value_or(0);
    return std::max<std::int64_t>(0, total - fixed_amounts(saga));
}

std::string_view tender_payment(const saga_record& saga, call_ordinal ordinal) {
    return saga.text(variable::payment(tender_of(ordinal)));
}

call_ordinals paying_tenders(const saga_record& saga) {
    const std::size_t count = tenders_count(saga);
    call_ordinals ordinals;
    for (std::size_t tender = 1; tender <= count; ++tender) {
        const auto ordinal = static_cast<call_ordinal>(count == 1 ? 0 : tender);
        if (tender_amount(saga, ordinal) > 0) ordinals.push_back(ordinal);
    }
    return ordinals;
}

bool may_have_happened(const saga_record& saga, const call_reference& call) {
    const call_record* record = saga.find_call(call);
    if (record == nullptr) return false;
    // A refusal speaks for the attempt that it answers; one whose answer was lost may have
    // happened.
    return record->status != call_status::refused || record->attempts > 0;
}

}  // namespace makegood::contract
