#pragma once

#include <chrono>
#include <cstddef>

#include "adapters/clock/clock.hpp"

namespace makegood {

// How many sagas a lane may drive at once, found out from what it can do: when a start waits too
// long for its commit, there is more under way than loop and disk get through, and new starts are
// better refused at once than queued. Slow backends do not count: a saga that waits for one costs
// the lane nothing. Grows by one per start while it is in use and shrinks by a tenth while starts
// wait too long (additive increase, multiplicative decrease). Owned by the lane, on its thread.
// Pure: time comes as a value.
class concurrency_limit {
public:
    // Between these it moves, and never above the upper one, where it begins. So few as the lower
    // one are never worth a refusal.
    struct range {
        std::size_t least = 1024;
        std::size_t most;
    };

    explicit concurrency_limit(range allowed);

    [[nodiscard]] bool admits(std::size_t active) const { return active < limit_; }
    [[nodiscard]] std::size_t limit() const { return limit_; }

    // A start became durable `waited` after it had come, with so many sagas under way.
    void start_was_durable(std::chrono::nanoseconds waited, steady_instant at, std::size_t active);
    // A commit has taken so long: a disk that is slow by itself is no reason to refuse.
    void commit_took(std::chrono::nanoseconds time);

    // How long a start may wait for its commit now.
    [[nodiscard]] std::chrono::nanoseconds acceptable() const;

private:
    const range allowed_;
    std::size_t limit_;
    std::chrono::nanoseconds usual_commit_{};  // smoothed
    steady_instant shrinks_again_at_{};        // not before the last step could show its effect
};

}  // namespace makegood
