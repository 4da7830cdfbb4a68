#pragma once

#include "adapters/api/api_context.hpp"

namespace makegood {

// POST /v1/checkouts/{id}/cancel, …/signals/{payment,shipment}, …/{retry,park,resume,compensate},
// …/resolve.
[[nodiscard]] awaited_response cancel_checkout(const api_context& in, routed_request asked);
[[nodiscard]] awaited_response signal_payment(const api_context& in, routed_request asked);
// Of a checkout's id or its fulfilment's; it is the fulfilment that hears and is shown.
[[nodiscard]] awaited_response signal_shipment(const api_context& in, routed_request asked);
[[nodiscard]] awaited_response act_on_checkout(
    const api_context& in, routed_request asked, operator_verb verb
);
[[nodiscard]] awaited_response resolve_call(const api_context& in, routed_request asked);

}  // namespace makegood
