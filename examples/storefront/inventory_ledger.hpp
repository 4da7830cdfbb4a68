#pragma once

#include <string_view>

#include "examples/storefront/call.hpp"
#include "examples/storefront/database.hpp"
#include "examples/storefront/effect_log.hpp"

namespace storefront {

// Adds up every piece of stock and every reservation and compares the sums: nothing here is a
// counter that the code keeps. Reads all rows, so it is for tests and people, not for every
// request.
answer inventory_ledger(database& store, effect_log& effects, std::string_view now);

}  // namespace storefront
