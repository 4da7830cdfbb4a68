#pragma once

#include "engine/saga_record.hpp"

// What the table's guards ask. Each is a pure function of the record's variables and calls.
namespace makegood::checkout {

// The quote is what the customer expected, and the tenders do not add up to more than it.
[[nodiscard]] bool price_is_agreed(const saga_record& saga);

// At least a tenth of the reservation's time is left, counted from the event at hand (P6: payment
// is not authorized when the stock would be gone before the order could be confirmed).
[[nodiscard]] bool enough_time_is_left(const saga_record& saga);

// Some tender was authorized, or may have been.
[[nodiscard]] bool money_may_be_held(const saga_record& saga);

// What inventory said of the reservation when it was asked at the pivot.
enum class reservation_standing { confirmed, held, lost };
[[nodiscard]] reservation_standing standing_of_reservation(const saga_record& saga);

}  // namespace makegood::checkout
