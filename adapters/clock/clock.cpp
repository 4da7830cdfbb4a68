#include "adapters/clock/clock.hpp"

#include <algorithm>

namespace makegood {

instant now() {
    return std::chrono::floor<std::chrono::milliseconds>(std::chrono::system_clock::now());
}

steady_instant steady_now() {
    return std::chrono::steady_clock::now();
}

steady_instant steady_moment_of(instant at) {
    constexpr duration ahead_max = std::chrono::hours{24};
    const instant from = now();
    if (at >= from + ahead_max) return steady_now() + ahead_max;
    return steady_now() + std::max(duration{0}, at - from);
}

}  // namespace makegood
