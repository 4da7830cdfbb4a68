#pragma once

#include <array>

#include "engine/definition.hpp"

// The checkout's calls: whom they ask, how long they are worth trying, and which fact their answer
// is.
namespace makegood::checkout {

inline constexpr std::string_view payment_signal = "payment";

// In the order of the whiteboard: forward, then back.
inline constexpr std::array catalogue{
    call_spec{
        .name = call_name{"read_cart"},
        .backend = backend_name{"cart"},
        .key = "read_cart",
        .on_done = fact_name{"cart_read"},
        .on_refused = fact_name{"pricing_refused"},
        .resolvable = false},
    call_spec{
        .name = call_name{"quote"},
        .backend = backend_name{"catalog"},
        .key = "quote",
        .on_done = fact_name{"quoted"},
        .on_refused = fact_name{"pricing_refused"},
        .resolvable = false},
    call_spec{
        .name = call_name{"reserve_inventory"},
        .backend = backend_name{"inventory"},
        .key = "reserve_inventory",
        .on_done = fact_name{"inventory_reserved"},
        .on_refused = fact_name{"inventory_refused"},
        .resolvable = false},
    call_spec{
        .name = call_name{"authorize_payment"},
        .backend = backend_name{"payment"},
        .key = "authorize_payment",
        .on_done = fact_name{"payment_authorized"},
        .on_refused = fact_name{"payment_refused"},
        .on_waiting = fact_name{"payment_needs_customer"},
        .signal = payment_signal},
    call_spec{
        .name = call_name{"create_order"},
        .backend = backend_name{"order"},
        .key = "create_order",
        .on_done = fact_name{"order_created"},
        .on_refused = fact_name{"order_refused"}},
    call_spec{
        .name = call_name{"confirm_inventory"},
        .backend = backend_name{"inventory"},
        .key = "confirm_inventory",
        .tries = persistence::until_expiry,
        .on_done = fact_name{"inventory_confirmed"},
        .on_refused = fact_name{"confirm_refused"}},
    call_spec{
        .name = call_name{"read_reservation"},
        .backend = backend_name{"inventory"},
        .key = "read_reservation",
        .tries = persistence::persistent,
        .on_done = fact_name{"reservation_read"},
        .resolvable = false},
    call_spec{
        .name = call_name{"cancel_order"},
        .backend = backend_name{"order"},
        .key = "create_order",
        .undo = true,
        .tries = persistence::persistent,
        .on_done = fact_name{"order_cancelled"}},
    call_spec{
        .name = call_name{"void_payment"},
        .backend = backend_name{"payment"},
        .key = "authorize_payment",
        .undo = true,
        .tries = persistence::persistent,
        .on_done = fact_name{"payment_voided"},
        .on_refused = fact_name{"payment_already_captured"}},
    call_spec{
        .name = call_name{"refund_payment"},
        .backend = backend_name{"payment"},
        .key = "capture_payment",
        .undo = true,
        .tries = persistence::persistent,
        .on_done = fact_name{"payment_refunded"}},
    call_spec{
        .name = call_name{"release_inventory"},
        .backend = backend_name{"inventory"},
        .key = "reserve_inventory",
        .undo = true,
        .tries = persistence::persistent,
        .on_done = fact_name{"inventory_released"}},
};

}  // namespace makegood::checkout
