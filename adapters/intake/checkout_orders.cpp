#include "adapters/intake/checkout_orders.hpp"

#include <utility>

#include "adapters/api/checkout_bodies.hpp"
#include "adapters/api/idempotency_key_field.hpp"
#include "adapters/api/problem_codes.hpp"
#include "adapters/intake/card_check.hpp"
#include "adapters/kafka/event_message.hpp"
#include "adapters/telemetry/trace_context.hpp"
#include "engine/limits.hpp"

namespace makegood {

namespace {

struct checkout_rules {
    const definition_registry& registry;
    body_refusal refuse_body;
};

problem too_large() {
    return {
        413, problem_codes::body_too_large,
        "the data is larger than the " + std::to_string(limits::body_bytes_max)
            + " bytes that a command may have"};
}

or_problem<order> read_start(
    const checkout_rules& rules, const cloud_event& asked, const std::string& traceparent
) {
    const auto given = asked.extensions.find("idempotencykey");
    if (given == asked.extensions.end()) {
        return problem{
            400, problem_codes::idempotency_key_missing,
            "give the event the attribute idempotencykey, so that a command that is sent again "
            "cannot check out twice"};
    }
    or_problem<idempotency_key> key = parse_idempotency_key(given->second);
    if (!key) return key.error();
    or_problem<new_saga> wanted =
        read_new_checkout(rules.registry, std::move(*key), asked.data, traceparent);
    if (!wanted) return wanted.error();
    wanted->is_rate_limited = false;
    return order(std::move(*wanted));
}

saga_id read_checkout_id(body_reader& reader) {
    const std::string text = reader.required_text("checkout_id", saga_id::text_size);
    const std::optional<saga_id> id = saga_id::parse(text);
    if (!id) reader.wrong("checkout_id", "must be the id of a checkout, such as chk_01…");
    return id.value_or(saga_id());
}

// `read_members(reader)` gives the command.
template <class ReadMembers>
or_problem<order> read_command(const std::string& data, ReadMembers read_members) {
    or_problem<body_reader> reader = body_reader::open(data);
    if (!reader) return reader.error();
    const saga_id id = read_checkout_id(*reader);
    command wanted = read_members(*reader);
    if (auto wrong = reader->finish()) return *wrong;
    return order(saga_command{id, std::move(wanted)});
}

or_problem<order> read_order(
    const checkout_rules& rules, const cloud_event& asked, const std::string& traceparent
) {
    if (asked.data.size() > limits::body_bytes_max) return too_large();
    if (asked.type == "checkout.start") return read_start(rules, asked, traceparent);
    if (const auto refused = rules.refuse_body(asked.data)) return problem_of(*refused);
    if (asked.type == "checkout.cancel") return read_command(asked.data, read_cancel);
    if (asked.type == "checkout.payment_signal") {
        return read_command(asked.data, read_payment_signal);
    }
    return problem{
        400, problem_codes::unknown_command,
        "the event's type is none of checkout.start, checkout.cancel and checkout.payment_signal"};
}

// They are copied into the reply and into the store, and nothing else looks at them.
bool has_unfit_attribute(const checkout_rules& rules, const cloud_event& asked) {
    std::string all;
    for (const event_attribute& each : attributes_of(asked))
        all.append(each.value).append("\n\n");
    return holds_card_number(rules.refuse_body, all);
}

message_reading read_message(
    const checkout_rules& rules, const kafka::message& received, entropy& chance
) {
    result_or<cloud_event, event_problem> asked = kafka::decode(received);
    if (!asked) {
        return {{}, problem{400, problem_codes::not_an_event, std::move(asked.error().detail)}};
    }
    if (has_unfit_attribute(rules, *asked)) {
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
    or_problem<order> wanted = read_order(rules, *asked, traceparent);
    order_origin origin{
        std::move(asked->source), std::move(asked->id), std::move(asked->partition_key),
        traceparent};
    if (origin.partition_key.empty()) origin.partition_key = received.key;
    return {std::move(origin), std::move(wanted)};
}

}  // namespace

message_reader checkout_order_reader(
    const definition_registry& registry, body_refusal refuse_body
) {
    return [rules = checkout_rules{registry, std::move(refuse_body)}](
               const kafka::message& received, entropy& chance
           ) { return read_message(rules, received, chance); };
}

}  // namespace makegood
