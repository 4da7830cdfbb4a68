#pragma once

#include "adapters/api/api_context.hpp"
#include "adapters/api/event_bell.hpp"

namespace makegood {

// GET /v1/events: a stream of server-sent events, or one page of JSON for who asks for that.
[[nodiscard]] awaited_response show_events(
    const api_context& in, event_bell& bell, const routed_request& asked
);

}  // namespace makegood
