#include "engine/retry_policy.hpp"

#include <catch2/catch.hpp>
#include <set>

#include "tests/engine/errand_saga.hpp"

using namespace makegood;
using namespace std::chrono_literals;

namespace {

const test::errand_saga errand;
const instant noon{std::chrono::hours{12}};

saga_record saga_with(std::string_view call, std::uint32_t attempts) {
    saga_record saga;
    saga.id = saga_id::make("err", 1, 1, {});
    saga.definition = &errand;
    saga.state = *errand.find_state("buying");
    saga.created_at = noon;
    saga.calls.push_back(
        {{*errand.find_call(call), 0}, call_status::pending, attempts, noon, noon, {}}
    );
    return saga;
}

}  // namespace

TEST_CASE("backoff is full jitter under a doubling, capped ceiling, and needs no random source") {
    const retry_policy policy{.first_delay = 100ms, .delay_max = 1'000ms};
    const call_reference call{*errand.find_call("buy"), 0};
    for (std::uint32_t attempt = 1; attempt < 12; ++attempt) {
        const duration ceiling = std::min(duration{100 << (attempt - 1)}, policy.delay_max);
        std::set<duration> seen;
        for (std::uint8_t i = 0; i < 200; ++i) {
            const auto id = saga_id::make("err", 1, 1, {i});
            const duration delay = backoff(policy, id, call, attempt);
            REQUIRE(delay >= 1ms);
            REQUIRE(delay <= ceiling);
            REQUIRE(delay == backoff(policy, id, call, attempt));
            seen.insert(delay);
        }
        // Spread over the whole range, not clustered.
        CHECK(*seen.begin() < ceiling / 4);
        CHECK(*seen.rbegin() > ceiling * 3 / 4);
    }
}

TEST_CASE("a bounded call is exhausted by its attempts, its budget or the saga's usefulness") {
    retry_policies policies;
    policies.forward.attempts_max = 3;
    saga_record saga = saga_with("buy", 1);
    const call_reference call = saga.calls[0].call;
    CHECK(std::holds_alternative<call_failed>(decide_retry(policies, saga, call, "x", {}, noon)));
    saga.calls[0].attempts = 2;
    CHECK(std::holds_alternative<call_exhausted>(decide_retry(policies, saga, call, "x", {}, noon))
    );
    saga.calls[0].attempts = 0;
    const instant late = noon + policies.forward.budget - 1ms;
    CHECK(std::holds_alternative<call_exhausted>(decide_retry(policies, saga, call, "x", {}, late))
    );
    // No attempt is planned beyond the moment until which the call is useful.
    saga.inputs.set("expires_ms", 10);
    CHECK(budget_end(policies, errand.call(call.call), saga.calls[0], saga) == noon + 10ms);
    CHECK(std::holds_alternative<call_exhausted>(
        decide_retry(policies, saga, call, "x", duration{11}, noon)
    ));
}

TEST_CASE("a call that is tried until the expiry is not given up before it") {
    const retry_policies policies;
    saga_record saga = saga_with("pay", 1'000);
    saga.inputs.set("expires_ms", 10'000);
    const call_reference call = saga.calls[0].call;
    const auto decided =
        std::get<call_failed>(decide_retry(policies, saga, call, "x", duration{1h}, noon));
    CHECK(decided.next_attempt_at == noon + 10s);
    CHECK_FALSE(decided.parks);
    CHECK(std::holds_alternative<call_exhausted>(
        decide_retry(policies, saga, call, "x", {}, noon + 10s)
    ));
}

TEST_CASE("a persistent call never gives up: it tells a person and slows down") {
    retry_policies policies;
    saga_record saga = saga_with("give_back", policies.persistent.parks_after - 2);
    const call_reference call = saga.calls[0].call;
    auto decided = std::get<call_failed>(decide_retry(policies, saga, call, "x", {}, noon));
    CHECK_FALSE(decided.parks);
    saga.calls[0].attempts = 1'000'000;
    decided = std::get<call_failed>(decide_retry(policies, saga, call, "x", {}, noon));
    CHECK(decided.parks);
    CHECK(decided.next_attempt_at >= noon + policies.persistent.parked_delay);
    CHECK(budget_end(policies, errand.call(call.call), saga.calls[0], saga) == never);
}

TEST_CASE("those who are told the same delay do not come back together") {
    const retry_policies policies;
    std::set<instant> planned;
    for (std::uint8_t i = 0; i < 100; ++i) {
        saga_record saga = saga_with("buy", 0);
        saga.id = saga_id::make("err", 1, 1, {i});
        const auto decided = decide_retry(policies, saga, saga.calls[0].call, "x", 10'000ms, noon);
        planned.insert(std::get<call_failed>(decided).next_attempt_at);
    }
    CHECK(*planned.begin() >= noon + 10s);
    CHECK(*planned.rbegin() <= noon + 11s);
    CHECK(planned.size() > 50);
}

TEST_CASE("Retry-After is honoured, within reason") {
    const retry_policies policies;
    const saga_record saga = saga_with("give_back", 0);
    const call_reference call = saga.calls[0].call;
    auto decided = std::get<call_failed>(decide_retry(policies, saga, call, "x", 7'000ms, noon));
    CHECK(decided.next_attempt_at >= noon + 7s);
    decided =
        std::get<call_failed>(decide_retry(policies, saga, call, "x", duration{1h * 24}, noon));
    CHECK(decided.next_attempt_at <= noon + 1h + 6min);
}
