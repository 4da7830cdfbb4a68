#pragma once

#include "adapters/api/api_context.hpp"

namespace makegood {

// GET, PUT and DELETE /v1/faults. Each answers the rules as they are then; without fault injection
// there are none, and all three say so.
[[nodiscard]] http::response show_faults(const api_context& in);
[[nodiscard]] http::response replace_faults(const api_context& in, const routed_request& asked);
[[nodiscard]] http::response clear_faults(const api_context& in);

}  // namespace makegood
