#pragma once

#include <array>
#include <string_view>

#include "engine/saga_record.hpp"
#include "sagas/contract/variable_names.hpp"

// What somebody outside may say of a shipment, whenever they like.
namespace makegood::contract {

struct shipment_status {
    std::string_view word;      // as it is told, shown, and called in the table
    std::string_view variable;  // that a saga has once it was told
};

// The furthest first. Word comes late, twice and in any order; of all that was told the furthest
// stands: a lost parcel may still come back, and whatever happened on the way, delivered is
// delivered.
inline constexpr std::array shipment_statuses{
    shipment_status{"delivered", variable::shipment_delivered},
    shipment_status{"returned", variable::shipment_returned},
    shipment_status{"lost", variable::shipment_lost},
    shipment_status{"shipped", variable::shipment_shipped},
};

// Nothing when the word is none of them.
[[nodiscard]] const shipment_status* find_shipment_status(std::string_view word);

// The one that stands; nothing when nothing was told.
[[nodiscard]] const shipment_status* furthest_told(const saga_record& saga);

}  // namespace makegood::contract
