#pragma once

#include <chrono>
#include <ctime>

namespace makegood::http {

// The transport's only looks at the clock: limits are measured on the steady one, the Date field
// needs the wall one.
using instant = std::chrono::steady_clock::time_point;

inline instant steady_now() {
    return std::chrono::steady_clock::now();
}
// Up to a few milliseconds behind, at a tenth of the cost: for limits that only idlers meet.
inline instant coarse_now() {
    timespec ticked{};
    ::clock_gettime(CLOCK_MONOTONIC_COARSE, &ticked);
    return instant(std::chrono::seconds(ticked.tv_sec) + std::chrono::nanoseconds(ticked.tv_nsec));
}
inline std::time_t wall_second() {
    return std::time(nullptr);
}

}  // namespace makegood::http
