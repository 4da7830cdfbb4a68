#pragma once

#include <array>
#include <cstddef>
#include <vector>

#include "engine/identifiers.hpp"

namespace makegood {

// Which lane owns which partition. Constant after construction, so every thread may read it.
class partition_map {
public:
    // Dealt out evenly, in runs.
    explicit partition_map(std::size_t lanes);
    // As listed: one list per lane. Throws std::invalid_argument unless every partition is in
    // exactly one of them.
    explicit partition_map(const std::vector<std::vector<partition>>& owned);

    [[nodiscard]] std::size_t lane_of(partition which) const { return lanes_[which]; }

private:
    std::array<std::size_t, partitions_count> lanes_{};
};

}  // namespace makegood
