#pragma once

#include <cstdint>
#include <functional>
#include <utility>
#include <vector>

#include "engine/time.hpp"

namespace makegood::simulation {

// What will happen when: simulated time is the time of the next entry. Entries of one moment run in
// the order in which they were made. Single-threaded, as everything here.
class agenda {
public:
    using deed = std::function<void()>;

    [[nodiscard]] instant now() const { return now_; }
    [[nodiscard]] std::uint64_t steps() const { return steps_; }
    // The time of the next entry; `never` when there is none.
    [[nodiscard]] instant next() const;

    void at(instant when, deed what);
    void after(duration delay, deed what) { at(now_ + delay, std::move(what)); }
    // Moves time to the next entry and runs it; false when there is none.
    bool step();

private:
    struct entry {
        instant when;
        std::uint64_t order = 0;
        deed what;
    };
    static bool later(const entry& left, const entry& right);

    instant now_{std::chrono::hours{500'000}};  // some day in 2027
    std::uint64_t steps_ = 0;
    std::uint64_t made_ = 0;
    std::vector<entry> heap_;
};

}  // namespace makegood::simulation
