#pragma once

#include <cstddef>
#include <map>
#include <unordered_map>
#include <vector>

#include "adapters/clock/clock.hpp"
#include "adapters/lane/continuation.hpp"
#include "adapters/lane/saga_answer.hpp"

namespace makegood {

// Requests that wait for a saga to end, each until its own time. Owned by the lane, on its thread;
// waiting costs two map nodes and no thread. Time is looked at from outside: next() tells when.
class wait_list {
public:
    struct waiter {
        saga_id id;
        bool replayed = false;
        continuation<saga_answer> done;
    };

    void add(waiter added, steady_instant until);
    // Hand out, in the order of their times, and forget.
    [[nodiscard]] std::vector<waiter> take_of(const saga_id& id);
    [[nodiscard]] std::vector<waiter> take_due(steady_instant at);
    [[nodiscard]] std::vector<waiter> take_all() { return take_due(steady_instant::max()); }

    [[nodiscard]] steady_instant next() const;  // steady_instant::max() when nobody waits
    [[nodiscard]] std::size_t size() const { return by_time_.size(); }

private:
    using time_map = std::multimap<steady_instant, waiter>;

    time_map by_time_;
    std::unordered_multimap<saga_id, time_map::iterator> by_saga_;
};

}  // namespace makegood
