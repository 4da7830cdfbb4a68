#pragma once

#include <string>
#include <string_view>

#include "engine/identifiers.hpp"

// The names of what sagas know, as the journal keeps them: append only, never reused with another
// meaning.
namespace makegood::contract::variable {

// Inputs of a checkout; those of its fulfilment are a selection of them.
inline constexpr std::string_view cart_id = "cart_id";
inline constexpr std::string_view items = "items";  // JSON [{sku,quantity}]; from the cart: learnt
inline constexpr std::string_view currency = "currency";
inline constexpr std::string_view expected_total = "expected_total";
inline constexpr std::string_view tenders = "tenders";                    // how many there are
inline constexpr std::string_view shipping_address = "shipping_address";  // JSON object
inline constexpr std::string_view metadata = "metadata";                  // JSON object
inline constexpr std::string_view reservation_ttl_ms = "reservation_ttl_ms";
inline constexpr std::string_view deadline_ms = "deadline_ms";
// Present ("1") when the setting is on.
inline constexpr std::string_view has_catalog = "has_catalog";
inline constexpr std::string_view has_cart = "has_cart";
inline constexpr std::string_view has_fulfillment = "has_fulfillment";
inline constexpr std::string_view has_notification = "has_notification";
inline constexpr std::string_view fulfils = "fulfils";
inline constexpr std::string_view tracks_shipment = "tracks_shipment";
inline constexpr std::string_view delivery_deadline_ms = "delivery_deadline_ms";
inline constexpr std::string_view checkout_id = "checkout_id";  // of a fulfilment

// Learnt; without a catalog the first two are inputs.
inline constexpr std::string_view lines = "lines";  // JSON [{sku,quantity,unit_price,amount}]
inline constexpr std::string_view total = "total";
inline constexpr std::string_view reservation_expires_ms = "reservation_expires_ms";  // since 1970
inline constexpr std::string_view reservation_status = "reservation_status";

// Learnt from reports of a shipment: each status that was told ("1"), when it happened if that was
// said, and under which number the carrier knows the parcel.
inline constexpr std::string_view shipment_delivered = "shipment_delivered";
inline constexpr std::string_view shipment_returned = "shipment_returned";
inline constexpr std::string_view shipment_lost = "shipment_lost";
inline constexpr std::string_view shipment_shipped = "shipment_shipped";
inline constexpr std::string_view shipment_tracking = "shipment_tracking";
[[nodiscard]] inline std::string happened_at(std::string_view told) {
    return std::string(told) + "_at";  // as format_instant() has it
}

// One tender each, counted from 1: `payment_1` is its JSON, `amount_1` what it pays (absent: the
// rest).
[[nodiscard]] inline std::string payment(std::size_t tender) {
    return "payment_" + std::to_string(tender);
}
[[nodiscard]] inline std::string amount(std::size_t tender) {
    return "amount_" + std::to_string(tender);
}
// What the customer must do about that tender, a JSON object; present once the payment backend has
// asked for it.
[[nodiscard]] inline std::string next_action(call_ordinal ordinal) {
    return "next_action_" + std::to_string(ordinal);
}

}  // namespace makegood::contract::variable
