#pragma once

#include <string>
#include <string_view>

#include "engine/saga_record.hpp"

namespace makegood::checkout {

// The stable word for why a checkout left the forward way. `code` is the backend's, if one spoke;
// it is taken over where the contract names it.
[[nodiscard]] std::string reason_of(const saga_record& saga, fact_name fact, std::string_view code);

}  // namespace makegood::checkout
