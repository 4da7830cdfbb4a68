#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <variant>

#include "engine/identifiers.hpp"
#include "engine/time.hpp"
#include "engine/variables.hpp"

// The journalled inputs of a saga. Each is a fact about the past that holds every decision which
// depended on configuration, chance or the clock (for instance when the next attempt is due), so
// that folding them needs nothing but the definition.
namespace makegood {

// One call of one saga: the catalogue name and, in a fan-out step, which one.
struct call_reference {
    call_name call;
    call_ordinal ordinal = 0;
    auto operator<=>(const call_reference&) const = default;
};

// The first entry of every journal. Everything that later steps need of the request and of the
// settings in force then is in `inputs`.
struct saga_started {
    std::string definition;     // "checkout"
    std::uint16_t version = 1;  // a running saga keeps the version that it started with
    customer_id customer;
    idempotency_key key;  // empty for a saga that another saga started
    payload_fingerprint fingerprint{};
    variables inputs;
    std::string traceparent;  // W3C trace context, continued on every call; may be empty
    bool operator==(const saga_started&) const = default;
};

// The backend did it; `learnt` joins the saga's variables.
struct call_done {
    call_reference call;
    variables learnt;
    bool operator==(const call_done&) const = default;
};

// The backend took it and now somebody else must act (3-D Secure); a signal ends the wait.
struct call_waiting {
    call_reference call;
    variables learnt;
    bool operator==(const call_waiting&) const = default;
};

// The backend's final no.
struct call_refused {
    call_reference call;
    std::string code;
    std::string detail;
    bool operator==(const call_refused&) const = default;
};

// An attempt without an outcome; the next one is due at `next_attempt_at`. `parks` when the call
// has failed often enough for a person to be told.
struct call_failed {
    call_reference call;
    std::string detail;
    instant next_attempt_at{};
    bool parks = false;
    bool operator==(const call_failed&) const = default;
};

// The budget is used up: nobody knows whether the call happened.
struct call_exhausted {
    call_reference call;
    std::string detail;
    bool operator==(const call_exhausted&) const = default;
};

// 401, 403 or a 4xx that cannot be read: retrying is noise, a person must look. Parks.
struct call_denied {
    call_reference call;
    std::string detail;
    bool operator==(const call_denied&) const = default;
};

// A person did by hand what a call could not.
struct call_resolved {
    call_reference call;
    bool needed = true;  // false: there was nothing to do
    std::string actor;
    std::string reason;
    bool operator==(const call_resolved&) const = default;
};

// A deadline passed; `fact` is what the definition calls it (`reservation_expired`).
struct timer_fired {
    fact_name fact;
    bool operator==(const timer_fired&) const = default;
};

// Word from outside that a waiting call has ended: the customer did, or did not, confirm the
// payment.
struct signal_received {
    std::string signal;  // "payment", or the one call that it settles: "authorize_payment:2"
    bool accepted = false;
    std::string code;  // why not, when refused
    bool operator==(const signal_received&) const = default;
};

enum class operator_verb : std::uint8_t { cancel, compensate, retry, park, resume };

struct operator_acted {
    operator_verb verb{};
    std::string actor;
    std::string reason;
    bool operator==(const operator_acted&) const = default;
};

// The engine hands the saga to a person although attempts go on: it has been open for too long.
struct saga_parked {
    std::string code;
    std::string detail;
    bool operator==(const saga_parked&) const = default;
};

// Somebody outside whose word the definition takes says that something happened: the parcel was
// delivered. `learnt` joins the saga's variables, also when the saga was not waiting for it yet.
struct fact_reported {
    std::string fact;  // as it was told; the definition may know no such fact
    variables learnt;
    std::string reporter;  // who says so
    std::string detail;    // in which words, for people; may be empty
    bool operator==(const fact_reported&) const = default;
};

// A command that may come again was done: in the commit of the command's own entry, behind it, so
// that it is done once.
struct command_done {
    idempotency_key key;
    bool operator==(const command_done&) const = default;
};

// Persisted by position: append only.
using event = std::variant<
    saga_started,
    call_done,
    call_waiting,
    call_refused,
    call_failed,
    call_exhausted,
    call_denied,
    call_resolved,
    timer_fired,
    signal_received,
    operator_acted,
    saga_parked,
    fact_reported,
    command_done>;

struct journal_entry {
    journal_sequence sequence = 0;
    instant at{};
    makegood::event event;
    bool operator==(const journal_entry&) const = default;
};

[[nodiscard]] std::string_view verb_text(operator_verb verb);

}  // namespace makegood
