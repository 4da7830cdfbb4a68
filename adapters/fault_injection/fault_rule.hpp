#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "engine/event.hpp"
#include "engine/identifiers.hpp"
#include "engine/time.hpp"

namespace makegood {

// What is done to a call on purpose; adapters/fault_injection/README.md defines each.
enum class fault_mode : std::uint8_t {
    refuse,               // not sent; refused with the rule's code
    error,                // not sent; 503
    timeout_before,       // not sent; the outcome is unknown
    timeout_after,        // sent and applied; the answer is lost
    duplicate,            // sent twice under the same key
    delay,                // sent later
    crash_before_commit,  // the process dies before the call is journalled
    crash_after_commit,   // the process dies after that, before the call is sent
    crash_after_effect,   // the process dies when the call was answered
};

// By the mode's value: as the API and the metrics name them.
inline constexpr std::array<std::string_view, 9> fault_mode_texts{
    "refuse",
    "error",
    "timeout_before",
    "timeout_after",
    "duplicate",
    "delay",
    "crash_before_commit",
    "crash_after_commit",
    "crash_after_effect",
};

[[nodiscard]] constexpr std::string_view fault_mode_text(fault_mode mode) {
    return fault_mode_texts[static_cast<std::size_t>(mode)];
}

// Where in the life of a call a rule may strike.
enum class fault_point : std::uint8_t {
    opening,  // the transition that opens the call is about to be committed
    attempt,  // an attempt of it is about to be sent
};

namespace fault_limits {
inline constexpr std::size_t rules_max = 64;
inline constexpr std::int64_t times_max = 1'000'000;
inline constexpr duration delay_max{600'000};
}  // namespace fault_limits

// One rule of PUT /v1/faults.
struct fault_rule {
    // Filters; an empty one takes everything.
    std::string call;                     // of a catalogue: "void_payment"
    std::optional<call_ordinal> ordinal;  // which of a fan-out: "void_payment:2"
    customer_id customer;

    fault_mode mode{};
    std::uint64_t times = 1;  // how often it strikes; 0: without limit
    double probability = 1;
    std::uint64_t seed = 0;  // of its dice
    duration delay{0};       // before anything else is done
    std::string code;        // of a refusal
    std::string detail;      // of a refusal, for people

    [[nodiscard]] fault_point point() const;
    [[nodiscard]] bool fits(const call_reference& which, const customer_id& whose) const;
    // Whether the dice say so for this match, counted from 1. The same on every machine.
    [[nodiscard]] bool says_yes(std::uint64_t match) const;
};

}  // namespace makegood
