#pragma once

#include <concepts>
#include <type_traits>

#include "engine/event.hpp"
#include "engine/saga_record.hpp"

// The fields of everything that is persisted, in their order on disk. Written once; the encoder,
// the decoder and the comparison of two records all walk through it. An archive has a member
// `field(name, value)`. The order is part of the format: append, or raise the format's version.
namespace makegood::statestore {

template <class Value, class Model>
concept like = std::same_as<std::remove_const_t<Value>, Model>;

void describe(auto& archive, like<call_reference> auto& value) {
    archive.field("call", value.call);
    archive.field("ordinal", value.ordinal);
}

// -- events

void describe(auto& archive, like<saga_started> auto& value) {
    archive.field("definition", value.definition);
    archive.field("version", value.version);
    archive.field("customer", value.customer);
    archive.field("key", value.key);
    archive.field("fingerprint", value.fingerprint);
    archive.field("inputs", value.inputs);
    archive.field("traceparent", value.traceparent);
}

void describe(auto& archive, like<call_done> auto& value) {
    archive.field("call", value.call);
    archive.field("learnt", value.learnt);
}

void describe(auto& archive, like<call_waiting> auto& value) {
    archive.field("call", value.call);
    archive.field("learnt", value.learnt);
}

void describe(auto& archive, like<call_refused> auto& value) {
    archive.field("call", value.call);
    archive.field("code", value.code);
    archive.field("detail", value.detail);
}

void describe(auto& archive, like<call_failed> auto& value) {
    archive.field("call", value.call);
    archive.field("detail", value.detail);
    archive.field("next_attempt_at", value.next_attempt_at);
    archive.field("parks", value.parks);
}

void describe(auto& archive, like<call_exhausted> auto& value) {
    archive.field("call", value.call);
    archive.field("detail", value.detail);
}

void describe(auto& archive, like<call_denied> auto& value) {
    archive.field("call", value.call);
    archive.field("detail", value.detail);
}

void describe(auto& archive, like<call_resolved> auto& value) {
    archive.field("call", value.call);
    archive.field("needed", value.needed);
    archive.field("actor", value.actor);
    archive.field("reason", value.reason);
}

void describe(auto& archive, like<timer_fired> auto& value) {
    archive.field("fact", value.fact);
}

void describe(auto& archive, like<signal_received> auto& value) {
    archive.field("signal", value.signal);
    archive.field("accepted", value.accepted);
    archive.field("code", value.code);
}

void describe(auto& archive, like<operator_acted> auto& value) {
    archive.field("verb", value.verb);
    archive.field("actor", value.actor);
    archive.field("reason", value.reason);
}

void describe(auto& archive, like<saga_parked> auto& value) {
    archive.field("code", value.code);
    archive.field("detail", value.detail);
}

void describe(auto& archive, like<fact_reported> auto& value) {
    archive.field("fact", value.fact);
    archive.field("learnt", value.learnt);
    archive.field("reporter", value.reporter);
    archive.field("detail", value.detail);
}

void describe(auto& archive, like<command_done> auto& value) {
    archive.field("key", value.key);
}

// -- the record

void describe(auto& archive, like<call_record> auto& value) {
    archive.field("call", value.call);
    archive.field("status", value.status);
    archive.field("attempts", value.attempts);
    archive.field("opened_at", value.opened_at);
    archive.field("next_attempt_at", value.next_attempt_at);
    archive.field("last_error", value.last_error);
}

void describe(auto& archive, like<failure_reason> auto& value) {
    archive.field("code", value.code);
    archive.field("step", value.step);
    archive.field("detail", value.detail);
}

void describe(auto& archive, like<parking> auto& value) {
    archive.field("code", value.code);
    archive.field("detail", value.detail);
    archive.field("held", value.held);
}

// What a transition may change. The definition goes before it; what never changes after the start
// (id, inputs, traceparent) is not part of it.
void describe(auto& archive, like<saga_record> auto& value) {
    archive.field("customer", value.customer);
    archive.field("state", value.state);
    archive.field("reason", value.reason);
    archive.field("parked", value.parked);
    archive.field("learnt", value.learnt);
    archive.field("calls", value.calls);
    archive.field("sequence", value.sequence);
    archive.field("created_at", value.created_at);
    archive.field("updated_at", value.updated_at);
}

// The last value of an enumeration that is persisted by position.
template <class Enumeration>
inline constexpr Enumeration last_of = Enumeration{};
template <>
inline constexpr operator_verb last_of<operator_verb> = operator_verb::resume;
template <>
inline constexpr call_status last_of<call_status> = call_status::abandoned;

}  // namespace makegood::statestore
