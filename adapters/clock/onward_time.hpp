#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <limits>

namespace makegood {

// The time that the process lives by: the wall clock's, but it never goes back. While the wall
// clock is behind what was told (somebody set it back), time goes on at half the steady clock's
// pace until the wall clock has caught up; a step forward is followed at once. So a clock that is
// set back by an hour slows timers down to half for two hours, and stops none. Pure: both clocks
// come as values. Safe from any thread, without a lock.
class onward_time {
public:
    using nanoseconds = std::chrono::nanoseconds;

    // `wall` since 1970, `steady` since any fixed moment.
    [[nodiscard]] nanoseconds told(nanoseconds wall, nanoseconds steady) {
        // "At least half a step on for every steady step, and never behind the wall" is that the
        // highest lead of the wall over half the steady time is kept.
        const std::int64_t half = steady.count() / 2;
        const std::int64_t lead = wall.count() - half;
        std::int64_t highest = highest_lead_.load(std::memory_order_relaxed);
        while (highest < lead && !highest_lead_.compare_exchange_weak(highest, lead)) {
        }
        return nanoseconds{half + (highest < lead ? lead : highest)};
    }

private:
    std::atomic<std::int64_t> highest_lead_ = std::numeric_limits<std::int64_t>::min();
};

}  // namespace makegood
