#pragma once

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace makegood::bench {

// Every latency of one kind, exactly: four bytes each, so percentiles need no buckets.
class latencies {
public:
    void add(std::chrono::steady_clock::duration took) {
        const auto us = std::chrono::duration_cast<std::chrono::microseconds>(took).count();
        microseconds_.push_back(static_cast<std::uint32_t>(std::clamp<std::int64_t>(us, 0, us_max))
        );
        sorted_ = false;
    }

    [[nodiscard]] std::size_t count() const { return microseconds_.size(); }

    // By nearest rank: the smallest latency that at least that fraction of all do not exceed. 0
    // when there is none.
    [[nodiscard]] double percentile_ms(double fraction) {
        if (microseconds_.empty()) return 0;
        if (!sorted_) std::sort(microseconds_.begin(), microseconds_.end());
        sorted_ = true;
        const auto rank = std::ceil(fraction * static_cast<double>(microseconds_.size()));
        const auto place = static_cast<std::size_t>(std::max(rank, 1.0)) - 1;
        return microseconds_[std::min(place, microseconds_.size() - 1)] / 1'000.0;
    }

private:
    static constexpr std::int64_t us_max = 4'000'000'000;  // more than an hour; 32 bits hold it

    std::vector<std::uint32_t> microseconds_;
    bool sorted_ = true;
};

}  // namespace makegood::bench
