#pragma once

#include <cstddef>

#include "adapters/telemetry/metrics.hpp"

namespace prometheus {
class Counter;
class Gauge;
}  // namespace prometheus

namespace makegood {

// Counts the streams of events that one lane's server has open, and what goes out on them. A
// reference to what the metrics object holds, which outlives it.
class stream_metrics {
public:
    stream_metrics(metrics& all, std::size_t lane);

    void open(std::size_t streams);
    void streamed(std::size_t events);

private:
    prometheus::Gauge* open_;
    prometheus::Counter* streamed_;
};

}  // namespace makegood
