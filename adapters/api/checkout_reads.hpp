#pragma once

#include "adapters/api/api_context.hpp"

namespace makegood {

// GET /v1/checkouts/{id}, /v1/checkouts, /v1/checkouts/{id}/journal and /v1/statistics.
[[nodiscard]] awaited_response show_checkout(const api_context& in, routed_request asked);
[[nodiscard]] awaited_response list_checkouts(const api_context& in, routed_request asked);
[[nodiscard]] awaited_response show_journal(const api_context& in, routed_request asked);
[[nodiscard]] awaited_response show_statistics(const api_context& in, routed_request asked);

}  // namespace makegood
