#include "sagas/checkout/questions.hpp"

#include <algorithm>

#include "sagas/contract/tenders.hpp"
#include "sagas/contract/variable_names.hpp"

namespace makegood::checkout {

namespace variable = contract::variable;

bool price_is_agreed(const saga_record& saga) {
    const auto total = saga.integer(variable::total);
    const auto expected = saga.integer(variable::expected_total);
    if (!total || (expected && *expected != *total)) return false;
    return contract::fixed_amounts(saga) <= *total;
}

bool enough_time_is_left(const saga_record& saga) {
    const auto expires = saga.integer(variable::reservation_expires_ms);
    const auto ttl = saga.integer(variable::reservation_ttl_ms);
    if (!expires || !ttl) return false;
    const std::int64_t left = *expires - saga.updated_at.time_since_epoch().count();
    return left > 0 && left >= *ttl / 10;
}

bool money_may_be_held(const saga_record& saga) {
    return std::ranges::any_of(saga.calls, [&](const call_record& each) {
        return each.call.call.value == "authorize_payment"
               && contract::may_have_happened(saga, each.call);
    });
}

reservation_standing standing_of_reservation(const saga_record& saga) {
    const std::string_view status = saga.text(variable::reservation_status);
    if (status == "confirmed") return reservation_standing::confirmed;
    if (status == "reserved") return reservation_standing::held;
    return reservation_standing::lost;
}

}  // namespace makegood::checkout
