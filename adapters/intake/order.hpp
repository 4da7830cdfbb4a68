#pragma once

#include <functional>
#include <optional>
#include <string>
#include <variant>

#include "adapters/api/problem.hpp"
#include "adapters/clock/entropy.hpp"
#include "adapters/kafka/message.hpp"
#include "adapters/lane/lane.hpp"

namespace makegood {

// Something that is asked of a saga that there is. With a key it is done once, however often its
// message is received.
struct saga_command {
    saga_id id;
    command wanted;
    idempotency_key key = {};
};

// What one message asks of the lane that owns it.
using order = std::variant<new_saga, saga_command>;

// The event that an order came as, as far as its reply needs to know.
struct order_origin {
    std::string source;
    std::string id;
    std::string partition_key;
    std::string traceparent;  // valid
};

// A message, read: an order, or why it can never be one.
struct message_reading {
    std::optional<order_origin> origin;  // nothing: no event, so there is nobody to reply to
    or_problem<order> asked;
};

// Reads the messages of one topic. Called on the intake's thread; the entropy is for traces.
using message_reader = std::function<message_reading(const kafka::message&, entropy&)>;

}  // namespace makegood
