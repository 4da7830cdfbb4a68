#include "adapters/participants/circuit_breaker.hpp"

#include <algorithm>

#include "engine/assert.hpp"

namespace makegood {

std::optional<steady_instant> circuit_breaker::admit(steady_instant now, std::uint64_t chance) {
    if (closed_) return std::nullopt;
    if (now >= open_until_ && !probing_) {
        probing_ = true;
        return std::nullopt;
    }
    const steady_instant probe_decides = std::max(open_until_, now + options_.open_time / 4);
    const auto spread = static_cast<std::uint64_t>(std::max<duration::rep>(1, open_time().count()));
    return probe_decides + duration{1 + static_cast<duration::rep>(chance % spread)};
}

void circuit_breaker::succeeded(steady_instant) {
    failures_in_a_row_ = 0;
    if (!closed_) {
        // A call from before the opening may come back late; only a probe closes.
        if (probing_) close();
        return;
    }
    if (++sample_calls_ >= options_.sample_calls) sample_calls_ = sample_failures_ = 0;
}

void circuit_breaker::failed(steady_instant now) {
    if (!closed_) {
        if (probing_) open(now);
        return;
    }
    ++failures_in_a_row_;
    ++sample_calls_;
    ++sample_failures_;
    const bool too_many_in_a_row = failures_in_a_row_ >= options_.failures_in_a_row_max;
    const bool too_many_in_sample = sample_failures_ >= options_.failures_in_sample_max;
    if (too_many_in_a_row || too_many_in_sample) return open(now);
    if (sample_calls_ >= options_.sample_calls) sample_calls_ = sample_failures_ = 0;
}

circuit_breaker::state circuit_breaker::current(steady_instant now) const {
    if (closed_) return state::closed;
    return probing_ || now >= open_until_ ? state::half_open : state::open;
}

void circuit_breaker::open(steady_instant now) {
    open_until_ = now + open_time();
    ++times_opened_;
    closed_ = false;
    probing_ = false;
}

void circuit_breaker::close() {
    ASSERT(!closed_);
    closed_ = true;
    probing_ = false;
    times_opened_ = failures_in_a_row_ = sample_calls_ = sample_failures_ = 0;
}

duration circuit_breaker::open_time() const {
    constexpr std::uint32_t doublings_max = 16;  // 65536 times the first, far past any cap
    const std::uint32_t doublings = std::min(times_opened_, doublings_max);
    return std::min(options_.open_time * (std::int64_t{1} << doublings), options_.open_time_max);
}

}  // namespace makegood
