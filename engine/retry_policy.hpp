#pragma once

#include <cstdint>
#include <optional>

#include "engine/definition.hpp"
#include "engine/identifiers.hpp"
#include "engine/time.hpp"

namespace makegood {

// How a failed attempt is tried again. Live settings: a change of configuration holds for running
// sagas from their next attempt on, and never changes what a journal says.
struct retry_policy {
    duration first_delay{50};
    duration delay_max{5'000};
    duration budget{30'000};             // bounded calls: from opening to `unknown`
    std::uint32_t attempts_max = 20;     // bounded calls
    std::uint32_t parks_after = 10;      // persistent calls: attempts until a person is told
    duration parks_after_time{600'000};  // the same, for calls that could not even be tried
    duration parked_delay{300'000};      // between attempts of a parked saga
};

struct retry_policies {
    retry_policy forward;
    retry_policy persistent{.first_delay = duration{100}, .delay_max = duration{60'000}};
};

// Capped exponential with full jitter: uniform in [1 ms, min(delay_max, first_delay *
// 2^(attempt-1))]. The chance comes from the call's identity and the attempt, so it needs no random
// source.
[[nodiscard]] duration backoff(
    const retry_policy& policy, const saga_id& id, const call_reference& call, std::uint32_t attempt
);

// When a bounded or until_expiry call stops being worth trying; `never` for a persistent one.
[[nodiscard]] instant budget_end(
    const retry_policies& policies,
    const call_spec& spec,
    const call_record& call,
    const saga_record& saga
);

// The decision after a failed attempt, ready to be journalled: call_failed or call_exhausted.
[[nodiscard]] event decide_retry(
    const retry_policies& policies,
    const saga_record& saga,
    const call_reference& call,
    std::string detail,
    std::optional<duration> retry_after,
    instant now
);

}  // namespace makegood
