#include "adapters/intake/checkout_orders.hpp"

#include <boost/uuid/name_generator_sha1.hpp>
#include <boost/uuid/uuid_io.hpp>
#include <utility>

#include "adapters/api/checkout_bodies.hpp"
#include "adapters/api/idempotency_key_field.hpp"
#include "adapters/api/problem_codes.hpp"
#include "adapters/intake/event_orders.hpp"

namespace makegood {

namespace {

struct checkout_rules {
    const definition_registry& registry;
    body_refusal refuse_body;
};

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

// The message, by what it is: sent or received again it has the same key, and another one that its
// sender gave the same id has not. The texts are as long as they say, so none runs into the next.
idempotency_key key_of(const cloud_event& asked) {
    std::string all;
    for (const std::string* each : {&asked.source, &asked.id, &asked.type, &asked.data})
        all.append(std::to_string(each->size())).append(":").append(*each);
    return idempotency_key{
        to_string(boost::uuids::name_generator_sha1(boost::uuids::ns::oid())(all))};
}

// `read_members(reader)` gives the command.
template <class ReadMembers>
or_problem<order> read_command(const cloud_event& asked, ReadMembers read_members) {
    or_problem<body_reader> reader = body_reader::open(asked.data);
    if (!reader) return reader.error();
    const saga_id id = read_checkout_id(*reader);
    command wanted = read_members(*reader);
    if (auto wrong = reader->finish()) return *wrong;
    return order(saga_command{id, std::move(wanted), key_of(asked)});
}

or_problem<order> read_order(
    const checkout_rules& rules, const cloud_event& asked, const std::string& traceparent
) {
    if (asked.type == "checkout.start") return read_start(rules, asked, traceparent);
    if (const auto refused = rules.refuse_body(asked.data)) return problem_of(*refused);
    if (asked.type == "checkout.cancel") return read_command(asked, read_cancel);
    if (asked.type == "checkout.payment_signal") {
        return read_command(asked, read_payment_signal);
    }
    return problem{
        400, problem_codes::unknown_command,
        "the event's type is none of checkout.start, checkout.cancel and checkout.payment_signal"};
}

}  // namespace

message_reader checkout_order_reader(
    const definition_registry& registry, body_refusal refuse_body
) {
    checkout_rules rules{registry, refuse_body};
    return event_order_reader(
        std::move(refuse_body),
        [rules = std::move(rules)](const cloud_event& asked, const std::string& traceparent) {
            return read_order(rules, asked, traceparent);
        }
    );
}

}  // namespace makegood
