#include "adapters/telemetry/event_metrics.hpp"

#include <string>

#include "adapters/telemetry/metric_families.hpp"

namespace makegood {

event_metrics::event_metrics(metrics& all, std::size_t lane)
    : waiting_(all.families().events_waiting.Add({{"lane", std::to_string(lane)}})),
      stalled_(all.families().events_stalled.Add({{"lane", std::to_string(lane)}})),
      sent_(all.families().events_sent.Add({})),
      refused_(all.families().events_refused.Add({})),
      unread_(all.families().events_unread.Add({})) {}

void event_metrics::stand(const standing& now, const totals& so_far) {
    waiting_.Set(static_cast<double>(now.waiting));
    stalled_.Set(now.stalled ? 1 : 0);
    sent_.Increment(static_cast<double>(so_far.sent - counted_.sent));
    refused_.Increment(static_cast<double>(so_far.refused - counted_.refused));
    unread_.Increment(static_cast<double>(so_far.unread - counted_.unread));
    counted_ = so_far;
}

}  // namespace makegood
