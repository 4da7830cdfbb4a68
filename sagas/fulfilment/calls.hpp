#pragma once

#include <array>

#include "engine/definition.hpp"

// The fulfilment's calls. None is ever given up: the customer has a confirmed order.
namespace makegood::fulfilment {

inline constexpr std::array catalogue{
    call_spec{
        .name = call_name{"capture_payment"},
        .backend = backend_name{"payment"},
        .key = "capture_payment",
        .tries = persistence::persistent,
        .on_done = fact_name{"payment_captured"}},
    call_spec{
        .name = call_name{"request_shipment"},
        .backend = backend_name{"fulfillment"},
        .key = "request_shipment",
        .tries = persistence::persistent,
        .on_done = fact_name{"shipment_requested"}},
    // A cart that will not be cleared is nothing to bother a person with.
    call_spec{
        .name = call_name{"clear_cart"},
        .backend = backend_name{"cart"},
        .key = "clear_cart",
        .tries = persistence::persistent,
        .on_done = fact_name{"cart_cleared"},
        .on_refused = fact_name{"cart_cleared"}},
    call_spec{
        .name = call_name{"notify"},
        .backend = backend_name{"notification"},
        .key = "notify",
        .tries = persistence::persistent,
        .on_done = fact_name{"customer_notified"}},
};

}  // namespace makegood::fulfilment
