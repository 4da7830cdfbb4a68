#include "adapters/lane/partition_map.hpp"

#include <stdexcept>
#include <string>

#include "engine/assert.hpp"

namespace makegood {

partition_map::partition_map(std::size_t lanes) {
    ASSERT(lanes >= 1 && lanes <= partitions_count);
    for (std::size_t which = 0; which < partitions_count; ++which) {
        lanes_[which] = which * lanes / partitions_count;
    }
}

partition_map::partition_map(const std::vector<std::vector<partition>>& owned) {
    constexpr std::size_t nobody = partitions_count;
    lanes_.fill(nobody);
    for (std::size_t lane = 0; lane < owned.size(); ++lane) {
        for (const partition which : owned[lane]) {
            if (lanes_[which] != nobody) {
                throw std::invalid_argument(
                    "partition " + std::to_string(which) + " is given to two lanes"
                );
            }
            lanes_[which] = lane;
        }
    }
    for (std::size_t which = 0; which < partitions_count; ++which) {
        if (lanes_[which] == nobody) {
            throw std::invalid_argument(
                "partition " + std::to_string(which) + " is given to no lane"
            );
        }
    }
}

}  // namespace makegood
