#pragma once

#include <functional>
#include <string>

#include "adapters/api/api_context.hpp"
#include "adapters/events/cloud_event.hpp"
#include "adapters/intake/order.hpp"

namespace makegood {

// What an event asks, or why it can never be an order. Its data is no larger than a body may be;
// whether it may be read at all is for whoever reads it to say.
using order_reading =
    std::function<or_problem<order>(const cloud_event& asked, const std::string& traceparent)>;

// Reads messages that are CloudEvents, of either form: what every topic of them has in common.
[[nodiscard]] message_reader event_order_reader(body_refusal refuse_body, order_reading read);

}  // namespace makegood
