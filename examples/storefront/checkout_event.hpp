#pragma once

#include <boost/json/object.hpp>
#include <cstdint>
#include <string>
#include <string_view>

#include "adapters/events/cloud_event.hpp"
#include "adapters/kafka/message.hpp"
#include "engine/result.hpp"

namespace storefront {

// One event of the engine's, as this shop reads it: what happened on the way of a checkout, told
// by the checkout itself or by a saga that it started. A value type.
struct checkout_event {
    std::string source;  // with `id` it names the event: equal each time that it is sent
    std::string id;
    std::string type;         // "fulfilment.completed"
    std::string at;           // when it happened, RFC 3339
    std::int64_t sequence{};  // in the journal of the saga that tells it; higher is later
    std::string checkout_id;
    std::string customer_id;
    boost::json::object data;

    // The saga that tells it, "fulfilment", and what happened, "completed".
    [[nodiscard]] std::string_view saga() const;
    [[nodiscard]] std::string_view word() const;
    // A member of the data, or of an object in it; empty, or `otherwise`, when it is not there.
    [[nodiscard]] std::string text(std::string_view name) const;
    [[nodiscard]] std::string text_in(std::string_view object, std::string_view name) const;
    [[nodiscard]] std::int64_t integer_in(
        std::string_view object, std::string_view name, std::int64_t otherwise
    ) const;
};

// What this shop needs of an event is there, or why the message is none of ours. Types and members
// that it does not know are no reason: the engine may tell more one day.
[[nodiscard]] makegood::result_or<checkout_event, makegood::event_problem> read_checkout_event(
    const makegood::kafka::message& received
);

}  // namespace storefront
