#pragma once

#include "adapters/api/api_context.hpp"
#include "adapters/intake/order.hpp"

namespace makegood {

// Reads `checkout.start`, `checkout.cancel` and `checkout.payment_signal`: CloudEvents whose data
// is what the HTTP API takes as a body. The registry outlives the reader.
[[nodiscard]] message_reader checkout_order_reader(
    const definition_registry& registry, body_refusal refuse_body
);

}  // namespace makegood
