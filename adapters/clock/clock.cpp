#include "adapters/clock/clock.hpp"

#include <algorithm>

#include "adapters/clock/onward_time.hpp"

namespace makegood {

instant now() {
    static onward_time time;
    const std::chrono::nanoseconds told = time.told(
        std::chrono::system_clock::now().time_since_epoch(),
        std::chrono::steady_clock::now().time_since_epoch()
    );
    return instant{std::chrono::floor<duration>(told)};
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

instant wall_moment_of(steady_instant at) {
    return now() + std::chrono::ceil<duration>(at - steady_now());
}

}  // namespace makegood
