#include "simulation/shop.hpp"

#include "engine/assert.hpp"

namespace makegood::simulation {

backend& shop::backend_of(std::string_view name) {
    if (name == "inventory") return inventory;
    if (name == "payment") return payments;
    if (name == "order") return orders;
    if (name == "fulfillment") return shipments;
    if (name == "notification") return notifications;
    ASSERT(name == "cart" || name == "catalog");
    return catalog;
}

backend_answer shop::receive(
    std::string_view name, const call_request& request, std::string_view key, instant at
) {
    return backend_of(name).receive({request.method, request.target, request.body, key, at});
}

std::string shop::reused_key() const {
    for (const backend* each :
         {static_cast<const backend*>(&inventory), static_cast<const backend*>(&payments),
          static_cast<const backend*>(&orders), static_cast<const backend*>(&shipments),
          static_cast<const backend*>(&catalog), static_cast<const backend*>(&notifications)}) {
        if (!each->reused_key().empty()) return each->reused_key();
    }
    return {};
}

}  // namespace makegood::simulation
