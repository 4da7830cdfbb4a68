#pragma once

#include "adapters/api/api_context.hpp"

namespace makegood {

// POST /v1/checkouts.
[[nodiscard]] awaited_response start_checkout(const api_context& in, routed_request asked);

}  // namespace makegood
