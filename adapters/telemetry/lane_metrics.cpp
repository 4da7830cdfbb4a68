#include "adapters/telemetry/lane_metrics.hpp"

#include <string>

#include "adapters/telemetry/metric_families.hpp"

namespace makegood {

namespace {

using boundaries = prometheus::Histogram::BucketBoundaries;

prometheus::Labels lane_label(std::size_t lane) {
    return {{"lane", std::to_string(lane)}};
}

}  // namespace

lane_metrics::lane_metrics(metrics& all, std::size_t lane)
    : commit_sagas_(
        all.families().commit_sagas.Add({}, boundaries{1, 2, 4, 8, 16, 32, 64, 128, 256, 512})
    ),
      commit_seconds_(all.families().commit_seconds.Add(
          {}, boundaries{0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.1, 0.5, 2}
      )),
      commits_failed_(all.families().commits_failed.Add({})),
      store_healthy_(all.families().store_healthy.Add(lane_label(lane))),
      active_(all.families().sagas_active.Add(lane_label(lane))),
      waiters_(all.families().waiters.Add(lane_label(lane))),
      late_answers_(all.families().late_answers.Add({})),
      violations_(all.families().violations.Add({})),
      unreadable_(all.families().unreadable.Add({})),
      keys_forgotten_(all.families().keys_forgotten.Add({})),
      sagas_pruned_(all.families().sagas_pruned.Add({})),
      sagas_unpruned_(all.families().sagas_unpruned.Add({})) {
    store_healthy_.Set(1);
}

void lane_metrics::committed(std::size_t sagas, std::chrono::nanoseconds took) {
    commit_sagas_.Observe(static_cast<double>(sagas));
    commit_seconds_.Observe(std::chrono::duration<double>(took).count());
}

void lane_metrics::commit_failed() {
    commits_failed_.Increment();
}

void lane_metrics::store_healthy(bool healthy) {
    store_healthy_.Set(healthy ? 1 : 0);
}

void lane_metrics::active(std::size_t sagas) {
    active_.Set(static_cast<double>(sagas));
}

void lane_metrics::waiters(std::size_t requests) {
    waiters_.Set(static_cast<double>(requests));
}

void lane_metrics::cleaned(std::uint64_t keys, std::size_t sagas, std::size_t damaged) {
    keys_forgotten_.Increment(static_cast<double>(keys));
    sagas_pruned_.Increment(static_cast<double>(sagas));
    sagas_unpruned_.Increment(static_cast<double>(damaged));
}

void lane_metrics::engine_counted(const engine_counters& counters) {
    if (counters.late_answers > counted_.late_answers) {
        late_answers_.Increment(static_cast<double>(counters.late_answers - counted_.late_answers));
    }
    if (counters.violations > counted_.violations) {
        violations_.Increment(static_cast<double>(counters.violations - counted_.violations));
    }
    if (counters.unreadable > counted_.unreadable) {
        unreadable_.Increment(static_cast<double>(counters.unreadable - counted_.unreadable));
    }
    counted_ = counters;
}

}  // namespace makegood
