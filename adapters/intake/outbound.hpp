#pragma once

#include <functional>
#include <optional>
#include <string>

#include "adapters/api/api_context.hpp"
#include "adapters/intake/order.hpp"
#include "adapters/kafka/assigned_partitions.hpp"
#include "adapters/kafka/event_message.hpp"

namespace makegood {

// How the intake's own messages look and where they go.
struct outbound_options {
    std::string replies_topic = {};  // empty: nobody is told
    std::string dead_letters_topic = {};
    kafka::content_mode mode = kafka::content_mode::structured;  // of replies
    std::string source = "/makegood";                            // of replies: who says it
};

// What became of the order that came as `to`: the checkout as it is, or the problem that the HTTP
// API would answer. The event's id follows from the order's alone, so a reply that is sent again
// has the same one; what it says of the checkout may be newer then.
[[nodiscard]] kafka::message reply_message(
    const outbound_options& options, const order_origin& to, const saga_answer& done, instant at
);
// `subject` is the checkout that was asked for, if any.
[[nodiscard]] kafka::message refusal_message(
    const outbound_options& options,
    const order_origin& to,
    const problem& why,
    const std::string& subject,
    instant at
);

// Where a message was.
struct message_place {
    std::string topic;
    kafka::receipt proof;

    [[nodiscard]] std::string text() const;  // for people: "checkout.commands, partition 3, …"
};

// A message that can never be an order, as it came, and why, in headers. Of one that holds a card
// number anywhere only the place and the reason are left: it must not be kept a second time.
[[nodiscard]] kafka::message dead_letter(
    const outbound_options& options,
    const body_refusal& refuse_body,
    kafka::message received,
    const message_place& where,
    const problem& why
);

}  // namespace makegood
