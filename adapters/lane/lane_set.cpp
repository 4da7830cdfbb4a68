#include "adapters/lane/lane_set.hpp"

#include <algorithm>

namespace makegood {

// The reason that passes last comes first: who drains does not come back.
readiness lane_set::ready() const {
    readiness worst = readiness::ready;
    for (const lane* const each : lanes_) {
        if (each->draining()) return readiness::draining;
        if (!each->recovered()) worst = readiness::starting;
        if (!each->can_commit() && worst == readiness::ready) worst = readiness::store_unavailable;
    }
    return worst;
}

bool lane_set::overloaded() const {
    return std::all_of(lanes_.begin(), lanes_.end(), [](const lane* each) {
        return each->overloaded();
    });
}

}  // namespace makegood
