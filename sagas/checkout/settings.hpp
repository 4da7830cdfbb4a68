#pragma once

#include "engine/time.hpp"

namespace makegood {

// What an operator decides about checkouts. Copied into every checkout's inputs when it starts, so
// that a running saga and every replay keep what was in force then, whatever the configuration says
// later.
struct checkout_settings {
    duration reservation_ttl{900'000};
    duration deadline{1'800'000};  // from the start to the pivot; later the checkout is undone
    // Backends that are configured. What is missing is left out of the sagas.
    bool has_cart = true;
    bool has_catalog = true;
    bool has_fulfillment = true;
    bool has_notification = true;
    // Whether a completed checkout starts the fulfilment saga, which captures the payment and
    // ships.
    bool fulfilment_enabled = true;
    // Whether the fulfilment goes on until the parcel has arrived, as it is told from outside, and
    // how long after its start a person is asked where the parcel is. Without a fulfillment
    // backend there is no parcel.
    bool track_shipments = false;
    duration delivery_deadline{std::chrono::days{30}};
};

}  // namespace makegood
