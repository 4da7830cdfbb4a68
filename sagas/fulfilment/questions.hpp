#pragma once

#include <cstdint>
#include <optional>

#include "engine/definition.hpp"

// What the fulfilment's table and its clock ask of a record.
namespace makegood::fulfilment {

[[nodiscard]] bool is_tracked(const saga_record& saga);

// Where the parcel is, as far as anybody has said, once all that was to be done is done.
enum class parcel : std::uint8_t {
    not_awaited,  // it has arrived, or it is not this saga's business
    not_heard_of,
    in_transit,
    lost,
    returned,
};
[[nodiscard]] parcel standing_of_parcel(const saga_record& saga);

// When a person is asked for a parcel that is awaited. It counts from the start of the saga, as the
// customer counts.
[[nodiscard]] std::optional<state_deadline> delivery_deadline(const saga_record& saga);

}  // namespace makegood::fulfilment
