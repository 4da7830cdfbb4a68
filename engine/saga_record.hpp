#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "engine/event.hpp"
#include "engine/identifiers.hpp"
#include "engine/time.hpp"
#include "engine/variables.hpp"

namespace makegood {

class definition;

// When the saga first asked for its pivot, in milliseconds since 1970; among what it learnt.
inline constexpr std::string_view pivoting_since = "pivoting_since_ms";

enum class call_status : std::uint8_t {
    pending,    // to be sent, under way, or waiting for its next attempt
    waiting,    // done by the backend as far as it can; a signal settles it
    done,       // it happened
    refused,    // it surely did not happen
    unknown,    // it may have happened
    abandoned,  // the saga moved on while it was pending or waiting: it may have happened
};

// Where one call stands. `attempts` counts the failed ones since the call was opened or retried by
// hand.
struct call_record {
    call_reference call;
    call_status status = call_status::pending;
    std::uint32_t attempts = 0;
    instant opened_at{};
    instant next_attempt_at{};  // `never` after a denial: only a person starts it again
    std::string last_error;     // of the last failed attempt; for refusals the backend's code
    bool operator==(const call_record&) const = default;
};

// What HTTP and operators see of a state.
enum class saga_status : std::uint8_t {
    running,
    awaiting_customer,
    compensating,
    parked,
    completed,
    failed,
    compensated
};

// Why the saga left the forward way; set once, by the first cause.
struct failure_reason {
    std::string code;
    state_name step;
    std::string detail;
    bool operator==(const failure_reason&) const = default;
};

// Why a person is asked. `held` when a person asked for it: nothing happens until somebody resumes.
struct parking {
    std::string code;
    std::string detail;
    bool held = false;
    bool operator==(const parking&) const = default;
};

// All that is known of one saga: the fold of its journal, byte for byte (P7). A value type; while a
// commit that contains it is under way nobody changes it.
struct saga_record {
    saga_id id;
    const makegood::definition* definition = nullptr;  // registry-owned, outlives every record
    customer_id customer;
    state_name state;
    std::optional<failure_reason> reason;
    std::optional<parking> parked;
    variables inputs;                // of the start; never change
    variables learnt;                // from answers
    std::vector<call_record> calls;  // in the order of first opening
    journal_sequence sequence = 0;   // of the last entry
    instant created_at{};
    instant updated_at{};
    std::string traceparent;

    // learnt first, then inputs.
    [[nodiscard]] const std::string* find(std::string_view name) const;
    [[nodiscard]] std::string_view text(std::string_view name) const;
    [[nodiscard]] std::optional<std::int64_t> integer(std::string_view name) const;
    [[nodiscard]] const call_record* find_call(const call_reference& call) const;
    [[nodiscard]] call_record* find_call(const call_reference& call);
    [[nodiscard]] saga_status status() const;
    [[nodiscard]] bool ended() const;

    bool operator==(const saga_record&) const = default;
};

[[nodiscard]] std::string_view status_text(saga_status status);
[[nodiscard]] std::optional<saga_status> parse_status(std::string_view text);
[[nodiscard]] std::string_view call_status_text(call_status status);

}  // namespace makegood
