#include "adapters/telemetry/intake_metrics.hpp"

#include "adapters/telemetry/metric_families.hpp"

namespace makegood {

intake_metrics::intake_metrics(metrics& all, const std::string& topic)
    : unfinished_(all.families().commands_unfinished.Add({{"topic", topic}})),
      paused_(all.families().commands_paused.Add({{"topic", topic}})),
      stalled_(all.families().commands_stalled.Add({{"topic", topic}})),
      received_(all.families().commands_received.Add({{"topic", topic}})),
      accepted_(all.families().commands_accepted.Add({{"topic", topic}})),
      refused_(all.families().commands_refused.Add({{"topic", topic}})),
      dead_letters_(all.families().commands_dead.Add({{"topic", topic}})),
      refused_by_broker_(all.families().replies_refused.Add({{"topic", topic}})) {}

void intake_metrics::stand(const standing& now, const totals& so_far) {
    unfinished_.Set(static_cast<double>(now.unfinished));
    paused_.Set(now.is_paused ? 1 : 0);
    stalled_.Set(now.stalled ? 1 : 0);
    const auto grow = [](prometheus::Counter& counter, std::uint64_t from, std::uint64_t to) {
        counter.Increment(static_cast<double>(to - from));
    };
    grow(received_, counted_.received, so_far.received);
    grow(accepted_, counted_.accepted, so_far.accepted);
    grow(refused_, counted_.refused, so_far.refused);
    grow(dead_letters_, counted_.dead_letters, so_far.dead_letters);
    grow(refused_by_broker_, counted_.refused_by_broker, so_far.refused_by_broker);
    counted_ = so_far;
}

}  // namespace makegood
