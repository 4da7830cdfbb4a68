#include "sagas/checkout/timing.hpp"

#include <algorithm>

#include "sagas/contract/variable_names.hpp"

namespace makegood::checkout {
namespace {

namespace variable = contract::variable;

constexpr fact_name deadline_passed{"deadline_passed"};
constexpr fact_name reservation_expired{"reservation_expired"};
constexpr call_reference confirm_inventory{call_name{"confirm_inventory"}, 0};
constexpr call_reference read_reservation{call_name{"read_reservation"}, 0};

instant saga_deadline(const saga_record& saga) {
    const auto time_allowed = saga.integer(variable::deadline_ms);
    return time_allowed ? saga.created_at + duration{*time_allowed} : never;
}

// `never` until there is a reservation.
instant reservation_end(const saga_record& saga) {
    const auto expires = saga.integer(variable::reservation_expires_ms);
    return expires ? instant{duration{*expires}} : never;
}

// Until when the confirmation is asked for. Once inventory has said, after the reservation's time,
// that it still holds the stock, our clock no longer decides; the pause keeps the two from asking
// in a circle.
instant confirmation_end(const saga_record& saga) {
    const instant end = reservation_end(saga);
    const call_record* confirm = saga.find_call(confirm_inventory);
    if (confirm == nullptr || saga.find_call(read_reservation) == nullptr) return end;
    return std::max(end, confirm->opened_at + confirm_again_time);
}

bool is_before_pivot(const saga_record& saga) {
    const state_kind kind = saga.definition->state(saga.state).kind;
    return kind == state_kind::forward || kind == state_kind::waiting;
}

bool is_confirming(const saga_record& saga) {
    return saga.state.value == "confirming";
}

// From authorizing on; before that, a reservation that is running out is the guard's business.
bool depends_on_reservation(const saga_record& saga) {
    return saga.state.value == "authorizing" || saga.state.value == "awaiting_customer"
           || saga.state.value == "ordering";
}

}  // namespace

std::optional<state_deadline> next_deadline(const saga_record& saga) {
    if (is_confirming(saga)) return state_deadline{reservation_expired, confirmation_end(saga)};
    if (!is_before_pivot(saga)) return {};
    const instant deadline = saga_deadline(saga);
    const instant expiry = depends_on_reservation(saga) ? reservation_end(saga) : never;
    if (expiry <= deadline) return state_deadline{reservation_expired, expiry};
    return state_deadline{deadline_passed, deadline};
}

instant useful_until(const saga_record& saga) {
    if (is_confirming(saga)) return confirmation_end(saga);
    if (!is_before_pivot(saga)) return never;
    const instant expiry = depends_on_reservation(saga) ? reservation_end(saga) : never;
    return std::min(expiry, saga_deadline(saga));
}

}  // namespace makegood::checkout
