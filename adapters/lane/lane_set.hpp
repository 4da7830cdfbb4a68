#pragma once

#include <cstdint>
#include <vector>

#include "adapters/lane/lane.hpp"
#include "adapters/lane/partition_map.hpp"

namespace makegood {

// Whether the process can take work, and if not, why.
enum class readiness : std::uint8_t { ready, starting, draining, store_unavailable };

// All lanes of the process, and which of them owns what. Constant once the first lane runs, so
// every thread may use it. Owned by the service, as the lanes are.
class lane_set {
public:
    explicit lane_set(const partition_map& owners) : owners_(owners) {}
    void add(lane& next) { lanes_.push_back(&next); }

    [[nodiscard]] lane& of(const saga_id& id) const { return *lanes_[owners_.lane_of(id.owner())]; }
    [[nodiscard]] lane& of(const customer_id& customer) const {
        return *lanes_[owners_.lane_of(partition_of(customer))];
    }
    [[nodiscard]] const std::vector<lane*>& all() const { return lanes_; }

    [[nodiscard]] readiness ready() const;
    // No lane would take a start now.
    [[nodiscard]] bool overloaded() const;

private:
    partition_map owners_;
    std::vector<lane*> lanes_;
};

}  // namespace makegood
