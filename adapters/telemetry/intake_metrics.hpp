#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

#include "adapters/telemetry/metrics.hpp"

namespace prometheus {
class Counter;
class Gauge;
}  // namespace prometheus

namespace makegood {

// Counts what becomes of one topic's messages. Used on one thread, its intake's; the metrics object
// outlives it.
class intake_metrics {
public:
    // What has been so far.
    struct totals {
        std::uint64_t received = 0;
        std::uint64_t accepted = 0;
        std::uint64_t refused = 0;            // understood, and not done
        std::uint64_t dead_letters = 0;       // no commands
        std::uint64_t refused_by_broker = 0;  // replies and dead letters
    };

    intake_metrics(metrics& all, const std::string& topic);

    struct standing {
        std::size_t unfinished = 0;
        bool is_paused = false;
        bool stalled = false;
    };
    void stand(const standing& now, const totals& so_far);

private:
    prometheus::Gauge& unfinished_;
    prometheus::Gauge& paused_;
    prometheus::Gauge& stalled_;
    prometheus::Counter& received_;
    prometheus::Counter& accepted_;
    prometheus::Counter& refused_;
    prometheus::Counter& dead_letters_;
    prometheus::Counter& refused_by_broker_;
    totals counted_;
};

}  // namespace makegood
