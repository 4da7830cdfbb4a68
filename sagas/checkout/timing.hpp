#pragma once

#include <optional>

#include "engine/definition.hpp"

// The checkout's durable deadlines (P6). All follow from its start, its settings and the
// reservation.
namespace makegood::checkout {

// A confirmation that is repeated because inventory still holds the stock after the reservation's
// time, by our clock, is given this long before inventory is asked again.
inline constexpr duration confirm_again_time{30'000};

// What happens to the state next if nothing else does.
[[nodiscard]] std::optional<state_deadline> next_deadline(const saga_record& saga);

// Until when a call that may be given up is worth trying.
[[nodiscard]] instant useful_until(const saga_record& saga);

}  // namespace makegood::checkout
