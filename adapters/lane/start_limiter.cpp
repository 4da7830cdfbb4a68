#include "adapters/lane/start_limiter.hpp"

#include <algorithm>
#include <chrono>
#include <cmath>

namespace makegood {

std::optional<duration> start_limiter::admit(const customer_id& customer, steady_instant at) {
    if (limit_.per_second <= 0) return std::nullopt;
    if (buckets_.size() >= sweep_at_) sweep(at);
    bucket& mine = buckets_.try_emplace(customer, bucket{limit_.burst, at}).first->second;
    mine.tokens = filled(mine, at);
    mine.at = at;
    if (mine.tokens >= 1) {
        mine.tokens -= 1;
        return std::nullopt;
    }
    const double seconds = (1 - mine.tokens) / limit_.per_second;
    return duration{static_cast<duration::rep>(std::ceil(seconds * 1000))};
}

double start_limiter::filled(const bucket& of, steady_instant at) const {
    const double seconds = std::chrono::duration<double>(at - of.at).count();
    return std::min(limit_.burst, of.tokens + seconds * limit_.per_second);
}

void start_limiter::sweep(steady_instant at) {
    std::erase_if(buckets_, [this, at](const auto& each) {
        return filled(each.second, at) >= limit_.burst;
    });
    // Sweeping again only after growth keeps the cost of it constant per start.
    sweep_at_ = std::max(buckets_before_sweep, buckets_.size() * 2);
}

}  // namespace makegood
