#include "adapters/telemetry/stream_metrics.hpp"

#include <string>

#include "adapters/telemetry/metric_families.hpp"

namespace makegood {

stream_metrics::stream_metrics(metrics& all, std::size_t lane)
    : open_(&all.families().event_streams.Add({{"lane", std::to_string(lane)}})),
      streamed_(&all.families().events_streamed.Add({})) {}

void stream_metrics::open(std::size_t streams) {
    open_->Set(static_cast<double>(streams));
}

void stream_metrics::streamed(std::size_t events) {
    streamed_->Increment(static_cast<double>(events));
}

}  // namespace makegood
