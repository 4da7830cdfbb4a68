#pragma once

#include <array>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "adapters/telemetry/metrics.hpp"
#include "engine/engine.hpp"
#include "engine/ports/journal.hpp"

namespace prometheus {
class Counter;
class Gauge;
class Histogram;
}  // namespace prometheus

namespace makegood {

// Counts what happens to sagas. One per lane, used on its thread; the metrics object outlives it.
class saga_metrics {
public:
    saga_metrics(metrics& all, const definition_registry& registry);

    // What the store holds when the lane starts; from there on every change is counted.
    void begin_with(const store_statistics& stored);
    void changed(const saga_changed& change, instant at);
    void pruned(const std::vector<pruned_saga>& removed);

private:
    static constexpr std::size_t statuses_count = 7;
    struct of_definition {
        prometheus::Counter* started = nullptr;
        std::array<prometheus::Counter*, statuses_count> ended{};  // only of the three ends
        std::array<prometheus::Gauge*, statuses_count> now{};
        std::unordered_map<std::string_view, prometheus::Counter*> entered;  // by state
        prometheus::Histogram* seconds = nullptr;
    };
    of_definition resolve(metrics& all, const definition& described);

    std::unordered_map<const definition*, of_definition> by_definition_;
};

}  // namespace makegood
