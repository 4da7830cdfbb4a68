#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>

#include "adapters/telemetry/metrics.hpp"
#include "engine/engine.hpp"

namespace prometheus {
class Counter;
class Gauge;
class Histogram;
}  // namespace prometheus

namespace makegood {

// Counts what the runtime of one lane does. Used on the lane's thread; the metrics object outlives
// it.
class lane_metrics {
public:
    lane_metrics(metrics& all, std::size_t lane);

    void committed(std::size_t sagas, std::chrono::nanoseconds took);
    void commit_failed();
    void store_healthy(bool healthy);
    void active(std::size_t sagas);
    void waiters(std::size_t requests);
    // What has outlived its retention, and what cannot be removed although it has.
    void cleaned(std::uint64_t keys, std::size_t sagas, std::size_t damaged);
    // The engine counts by itself; what has been added since the last time is taken over.
    void engine_counted(const engine_counters& counters);

private:
    prometheus::Histogram& commit_sagas_;
    prometheus::Histogram& commit_seconds_;
    prometheus::Counter& commits_failed_;
    prometheus::Gauge& store_healthy_;
    prometheus::Gauge& active_;
    prometheus::Gauge& waiters_;
    prometheus::Counter& late_answers_;
    prometheus::Counter& violations_;
    prometheus::Counter& unreadable_;
    prometheus::Counter& keys_forgotten_;
    prometheus::Counter& sagas_pruned_;
    prometheus::Counter& sagas_unpruned_;
    engine_counters counted_;
};

}  // namespace makegood
