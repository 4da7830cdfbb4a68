#pragma once

#include <cstdint>
#include <string_view>

#include "engine/identifiers.hpp"
#include "engine/time.hpp"

namespace makegood::simulation {

// Seeded chance: the same seed gives the same numbers on every machine (splitmix64). Each subject
// takes a stream of its own, so that one more draw here changes nothing there.
class chance {
public:
    explicit chance(std::uint64_t seed) : state_(seed) {}
    chance(std::uint64_t seed, std::string_view subject) : state_(stable_hash(subject, seed)) {}

    std::uint64_t next() {
        state_ += 0x9E3779B97F4A7C15ULL;
        std::uint64_t mixed = state_;
        mixed = (mixed ^ (mixed >> 30)) * 0xBF58476D1CE4E5B9ULL;
        mixed = (mixed ^ (mixed >> 27)) * 0x94D049BB133111EBULL;
        return mixed ^ (mixed >> 31);
    }
    // Uniform in [0, limit); `limit` is not 0. The bias of the remainder is below 2^-40 here.
    std::uint64_t below(std::uint64_t limit) { return next() % limit; }
    // True with that probability.
    bool happens(double probability) {
        constexpr double unit = 1.0 / static_cast<double>(std::uint64_t{1} << 53);
        return static_cast<double>(next() >> 11) * unit < probability;
    }
    // Uniform in [low, high].
    duration between(duration low, duration high) {
        const auto width = static_cast<std::uint64_t>((high - low).count()) + 1;
        return low + duration{static_cast<std::int64_t>(below(width))};
    }

private:
    std::uint64_t state_;
};

}  // namespace makegood::simulation
