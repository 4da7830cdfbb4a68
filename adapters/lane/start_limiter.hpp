#pragma once

#include <cstddef>
#include <optional>
#include <unordered_map>

#include "adapters/clock/clock.hpp"
#include "engine/identifiers.hpp"

namespace makegood {

// How many new sagas one customer may start. Off when `per_second` is 0.
struct start_rate_limit {
    double per_second = 0;
    double burst = 10;
};

// One token bucket per customer. Owned by the lane, on its thread. A customer whose bucket has
// filled up again is forgotten, so the memory follows the customers of the last moments.
class start_limiter {
public:
    explicit start_limiter(const start_rate_limit& limit) : limit_(limit) {}

    // Nothing when the customer may start one more now; else after how long.
    [[nodiscard]] std::optional<duration> admit(const customer_id& customer, steady_instant at);

private:
    struct bucket {
        double tokens;
        steady_instant at;
    };
    static constexpr std::size_t buckets_before_sweep = 10'000;

    [[nodiscard]] double filled(const bucket& of, steady_instant at) const;
    void sweep(steady_instant at);

    start_rate_limit limit_;
    std::unordered_map<customer_id, bucket> buckets_;
    std::size_t sweep_at_ = buckets_before_sweep;
};

}  // namespace makegood
