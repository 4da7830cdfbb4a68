#pragma once

#include <array>

#include "engine/definition.hpp"

// The fulfilment's calls and tasks. None is ever given up: the customer has a confirmed order.
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
    // Tasks: what became of the parcel, nobody but a person can put right.
    call_spec{
        .name = call_name{"settle_loss"},
        .backend = {},
        .key = "settle_loss",
        .tries = persistence::persistent,
        .on_done = fact_name{"shipment_settled"},
        .parks_as = "shipment_lost",
        .task = "the parcel is lost: send the goods again or pay the money back, then resolve this "
                "call"},
    call_spec{
        .name = call_name{"settle_return"},
        .backend = {},
        .key = "settle_return",
        .tries = persistence::persistent,
        .on_done = fact_name{"shipment_settled"},
        .parks_as = "shipment_returned",
        .task = "the parcel came back: send it again or pay the money back, then resolve this "
                "call"},
    call_spec{
        .name = call_name{"settle_delay"},
        .backend = {},
        .key = "settle_delay",
        .tries = persistence::persistent,
        .on_done = fact_name{"shipment_settled"},
        .parks_as = "shipment_overdue",
        .task = "nobody has said that the parcel arrived: ask the carrier and the customer, make "
                "it good if it did not, then resolve this call"},
};

}  // namespace makegood::fulfilment
