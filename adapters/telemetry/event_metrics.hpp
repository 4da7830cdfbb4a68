#pragma once

#include <cstddef>
#include <cstdint>

#include "adapters/telemetry/metrics.hpp"

namespace prometheus {
class Counter;
class Gauge;
}  // namespace prometheus

namespace makegood {

// Counts what becomes of one lane's events. Used on one thread, its publisher's; the metrics object
// outlives it.
class event_metrics {
public:
    // What has been so far.
    struct totals {
        std::uint64_t sent = 0;     // acknowledged by the broker
        std::uint64_t refused = 0;  // never to be taken by it
        std::uint64_t unread = 0;   // reads of the store that failed
    };

    event_metrics(metrics& all, std::size_t lane);

    struct standing {
        std::uint64_t waiting = 0;  // in the store and not sent
        bool stalled = false;       // and no broker takes any
    };
    void stand(const standing& now, const totals& so_far);

private:
    prometheus::Gauge& waiting_;
    prometheus::Gauge& stalled_;
    prometheus::Counter& sent_;
    prometheus::Counter& refused_;
    prometheus::Counter& unread_;
    totals counted_;
};

}  // namespace makegood
