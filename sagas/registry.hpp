#pragma once

#include "engine/definition.hpp"
#include "sagas/checkout/settings.hpp"

namespace makegood {

// Every saga that this binary can drive, in all versions that may still be running. `settings`
// holds for new checkouts only; stored ones carry their own.
[[nodiscard]] definition_registry make_registry(const checkout_settings& settings);

}  // namespace makegood
