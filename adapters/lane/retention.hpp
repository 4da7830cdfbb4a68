#pragma once

#include <algorithm>
#include <optional>

#include "adapters/clock/clock.hpp"

namespace makegood {

// Since when what belongs to ended checkouts is kept. That moment moves no faster than the steady
// clock, so that a wall clock that jumps ahead by a day does not forget a day's keys at once: they
// are then kept for longer, never for less, while the process runs. Pure: time comes as a value.
class retention {
public:
    explicit retention(duration kept) : kept_(kept) {}

    // The moment at `wall`, which is `steady` on the other clock.
    [[nodiscard]] instant forgotten_before(instant wall, steady_instant steady) {
        const instant wanted = wall - kept_;
        if (!at_) {
            before_ = wanted;
        } else {
            const auto passed = std::chrono::floor<duration>(steady - *at_);
            before_ = std::max(before_, std::min(wanted, before_ + passed));
        }
        at_ = steady;
        return before_;
    }

private:
    const duration kept_;
    std::optional<steady_instant> at_;  // of the last answer
    instant before_{};
};

}  // namespace makegood
