#include "adapters/api/checkout_bodies.hpp"

#include <utility>

#include "engine/assert.hpp"
#include "engine/limits.hpp"

namespace makegood {

namespace {

constexpr std::size_t code_bytes_max = 128;

}  // namespace

or_problem<new_saga> read_new_checkout(
    const definition_registry& registry,
    idempotency_key key,
    std::string_view body,
    std::string traceparent
) {
    const definition* const meaning = registry.newest("checkout");
    ASSERT(meaning != nullptr);
    auto document = meaning->read_start(body);
    if (!document) return problem_of(document.error());
    return new_saga{meaning, std::move(key), std::move(*document), std::move(traceparent)};
}

operator_acted read_cancel(body_reader& reader) {
    operator_acted acted{operator_verb::cancel, "customer", "cancelled by the customer"};
    acted.actor = reader.optional_text("actor", limits::actor_bytes_max).value_or(acted.actor);
    acted.reason = reader.optional_text("reason", limits::reason_bytes_max).value_or(acted.reason);
    return acted;
}

signal_received read_payment_signal(body_reader& reader) {
    signal_received received;
    received.signal = reader.optional_text("call", call_bytes_max).value_or("payment");
    received.accepted = reader.required_word("result", {"authorized", "refused"}) == 0;
    received.code = reader.optional_text("code", code_bytes_max).value_or(std::string());
    return received;
}

}  // namespace makegood
