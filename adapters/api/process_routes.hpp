#pragma once

#include "adapters/api/api_context.hpp"

namespace makegood {

// What tells about the process and the binary: definitions, metrics, health, the API itself.
[[nodiscard]] http::response list_definitions(const api_context& in);
[[nodiscard]] http::response show_definition(const api_context& in, const routed_request& asked);
[[nodiscard]] http::response show_metrics(const api_context& in);
[[nodiscard]] http::response show_health(const api_context& in);
[[nodiscard]] http::response show_readiness(const api_context& in);
[[nodiscard]] http::response show_openapi();

}  // namespace makegood
