#pragma once

#include "adapters/api/api_context.hpp"
#include "adapters/intake/order.hpp"

namespace makegood {

// Reads what is told of shipments: CloudEvents `shipment.shipped`, `.delivered`, `.lost` and
// `.returned`, which the fulfilment's definition reads. The registry outlives the reader.
[[nodiscard]] message_reader shipment_order_reader(
    const definition_registry& registry, body_refusal refuse_body
);

}  // namespace makegood
