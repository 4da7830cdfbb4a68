#include "engine/retry_policy.hpp"

#include <algorithm>

#include "engine/assert.hpp"
#include "engine/limits.hpp"

namespace makegood {
namespace {

const retry_policy& policy_of(const retry_policies& policies, const call_spec& spec) {
    return spec.tries == persistence::persistent ? policies.persistent : policies.forward;
}

event exhausted(const call_reference& call, std::string detail) {
    return call_exhausted{call, std::move(detail)};
}

// The same in every replay, another one for every saga, call and attempt.
std::uint64_t chance_of(const saga_id& id, const call_reference& call, std::uint32_t attempt) {
    const auto& bytes = id.bytes();
    const std::uint64_t saga = stable_hash({reinterpret_cast<const char*>(bytes.data()), 16});
    return stable_hash(call.call.value, saga ^ (std::uint64_t{attempt} << 8) ^ call.ordinal);
}

// At least `delay`, and up to a tenth more: those who were told the same must not return together.
duration spread(duration delay, std::uint64_t chance) {
    const auto tenth = static_cast<std::uint64_t>(delay.count() / 10 + 1);
    return delay + duration{static_cast<std::int64_t>(chance % tenth)};
}

}  // namespace

duration backoff(
    const retry_policy& policy, const saga_id& id, const call_reference& call, std::uint32_t attempt
) {
    ASSERT(attempt > 0);
    duration ceiling = policy.first_delay;
    for (std::uint32_t i = 1; i < attempt && ceiling < policy.delay_max; ++i)
        ceiling *= 2;
    ceiling = std::max(duration{1}, std::min(ceiling, policy.delay_max));
    const std::uint64_t chance = chance_of(id, call, attempt);
    return duration{
        1 + static_cast<std::int64_t>(chance % static_cast<std::uint64_t>(ceiling.count()))};
}

instant budget_end(
    const retry_policies& policies,
    const call_spec& spec,
    const call_record& call,
    const saga_record& saga
) {
    switch (spec.tries) {
        case persistence::persistent: return never;
        case persistence::until_expiry: return saga.definition->calls_useful_until(saga);
        case persistence::bounded:
            return std::min(
                call.opened_at + policies.forward.budget, saga.definition->calls_useful_until(saga)
            );
    }
    ASSERT(false);
}

event decide_retry(
    const retry_policies& policies,
    const saga_record& saga,
    const call_reference& call,
    std::string detail,
    std::optional<duration> retry_after,
    instant now
) {
    const call_record* record = saga.find_call(call);
    ASSERT(record != nullptr && record->status == call_status::pending);
    const call_spec& spec = saga.definition->call(call.call);
    const retry_policy& policy = policy_of(policies, spec);
    const std::uint32_t failed = record->attempts + 1;
    const bool persistent = spec.tries == persistence::persistent;
    const bool parks = persistent && (saga.parked || failed >= policy.parks_after);

    if (spec.tries == persistence::bounded && failed >= policy.attempts_max) {
        return exhausted(call, std::move(detail));
    }
    duration delay = backoff(policy, saga.id, call, failed);
    duration floor{0};
    if (parks) floor = policy.parked_delay;
    if (retry_after) floor = std::max(floor, std::min(*retry_after, limits::retry_after_max));
    if (delay < floor) delay = spread(floor, chance_of(saga.id, call, failed));
    const instant ends = budget_end(policies, spec, *record, saga);
    instant next = now + delay;
    // A call that is tried until the expiry is not given up before it: who asks what became of it,
    // and is told to go on, would ask again at once and without end.
    if (spec.tries == persistence::until_expiry && now < ends) {
        next = std::min(next, ends);
    } else if (next >= ends) {
        return exhausted(call, std::move(detail));
    }
    return call_failed{call, std::move(detail), next, parks};
}

}  // namespace makegood
