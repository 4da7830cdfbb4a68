#include "adapters/intake/event_orders.hpp"

#include <algorithm>
#include <utility>
#include <vector>

#include "adapters/api/problem_codes.hpp"
#include "adapters/intake/card_check.hpp"
#include "adapters/kafka/event_message.hpp"
#include "adapters/telemetry/trace_context.hpp"
#include "engine/limits.hpp"

namespace makegood {

namespace {

problem too_large() {
    return {
        413, problem_codes::body_too_large,
        "the data is larger than the " + std::to_string(limits::body_bytes_max)
            + " bytes that one may have"};
}

// They are copied into the reply and into the store, and nothing else looks at them.
bool has_unfit_attribute(const body_refusal& refuse_body, const cloud_event& asked) {
    // Each by itself: digits of two neighbours are no number.
    const std::vector<event_attribute> all = attributes_of(asked);
    return std::any_of(all.begin(), all.end(), [&refuse_body](const event_attribute& each) {
        return holds_card_number(refuse_body, each.value);
    });
}

message_reading read_message(
    const body_refusal& refuse_body,
    const order_reading& read,
    const kafka::message& received,
    entropy& chance
) {
    result_or<cloud_event, event_problem> asked = kafka::decode(received);
    if (!asked) {
        return {{}, problem{400, problem_codes::not_an_event, std::move(asked.error().detail)}};
    }
    if (has_unfit_attribute(refuse_body, *asked)) {
        return {
            {},
            problem{
                400, problem_codes::card_number_refused,
                "an attribute of the event holds a card number: no number of a card belongs "
                "there"}};
    }
    const std::string traceparent = is_traceparent(asked->traceparent)
                                        ? asked->traceparent
                                        : fresh_traceparent(chance.take<24>());
    or_problem<order> wanted = asked->data.size() > limits::body_bytes_max
                                   ? or_problem<order>(too_large())
                                   : read(*asked, traceparent);
    order_origin origin{
        std::move(asked->source), std::move(asked->id), std::move(asked->partition_key),
        traceparent};
    if (origin.partition_key.empty()) origin.partition_key = received.key;
    return {std::move(origin), std::move(wanted)};
}

}  // namespace

message_reader event_order_reader(body_refusal refuse_body, order_reading read) {
    return [refuse_body = std::move(refuse_body), read = std::move(read)](
               const kafka::message& received, entropy& chance
           ) { return read_message(refuse_body, read, received, chance); };
}

}  // namespace makegood
