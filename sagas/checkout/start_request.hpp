#pragma once

#include <string_view>

#include "engine/definition.hpp"
#include "sagas/checkout/settings.hpp"

namespace makegood::checkout {

// Reads the body of POST /v1/checkouts (CONTRACTS.md, section 1). Names every problem, not only the
// first.
[[nodiscard]] result_or<start_document, start_refusal> read_start_request(
    std::string_view body, const checkout_settings& settings
);

}  // namespace makegood::checkout
