#include "adapters/telemetry/metrics.hpp"

#include <prometheus/text_serializer.h>

#include "adapters/telemetry/metric_families.hpp"

namespace makegood {

namespace {

using prometheus::BuildCounter;
using prometheus::BuildGauge;
using prometheus::BuildHistogram;
using prometheus::Registry;

auto& counters(Registry& registry, const char* name, const char* help) {
    return BuildCounter().Name(name).Help(help).Register(registry);
}

auto& gauges(Registry& registry, const char* name, const char* help) {
    return BuildGauge().Name(name).Help(help).Register(registry);
}

auto& histograms(Registry& registry, const char* name, const char* help) {
    return BuildHistogram().Name(name).Help(help).Register(registry);
}

}  // namespace

metric_families::metric_families()
    : sagas_started(counters(registry, "makegood_sagas_started_total", "Sagas accepted.")),
      sagas_ended(counters(registry, "makegood_sagas_ended_total", "Sagas that reached an end.")),
      sagas(gauges(registry, "makegood_sagas", "Sagas in the store, by status.")),
      transitions(counters(
          registry, "makegood_transitions_total", "Changes of state, by the state that was entered."
      )),
      saga_seconds(histograms(
          registry, "makegood_saga_duration_seconds", "From the start of a saga to its end."
      )),
      call_attempts(counters(
          registry, "makegood_call_attempts_total", "Attempts of backend calls, by how they ended."
      )),
      call_retries(
          counters(registry, "makegood_call_retries_total", "Attempts that followed a failed one.")
      ),
      call_seconds(histograms(
          registry, "makegood_call_duration_seconds", "Attempts that were sent, until they ended."
      )),
      circuit(gauges(
          registry,
          "makegood_circuit_state",
          "Of a backend: 0 closed, 1 half open (one probe), 2 open (calls are held back)."
      )),
      commit_sagas(histograms(registry, "makegood_commit_sagas", "Sagas in one commit.")),
      commit_seconds(histograms(registry, "makegood_commit_duration_seconds", "One commit.")),
      commits_failed(counters(
          registry, "makegood_commits_failed_total", "Commits of which the store kept nothing."
      )),
      store_healthy(gauges(
          registry, "makegood_store_healthy", "1 when the last commit of the lane succeeded."
      )),
      sagas_active(gauges(registry, "makegood_sagas_active", "Sagas in memory.")),
      waiters(gauges(registry, "makegood_http_waiters", "Requests that wait for a saga to end.")),
      late_answers(counters(
          registry, "makegood_late_answers_total", "Answers to attempts nobody waited for any more."
      )),
      violations(counters(
          registry,
          "makegood_protocol_violations_total",
          "Events that a saga's table does not list."
      )),
      unreadable(counters(
          registry,
          "makegood_unreadable_sagas_total",
          "Times that the store could not give a saga; somebody must look."
      )),
      keys_forgotten(counters(
          registry,
          "makegood_keys_forgotten_total",
          "Idempotency keys dropped after their retention."
      )),
      sagas_pruned(counters(
          registry,
          "makegood_sagas_pruned_total",
          "Ended sagas removed from the store after their retention."
      )),
      sagas_unpruned(counters(
          registry,
          "makegood_sagas_unprunable_total",
          "Ended sagas that stay because they cannot be read; somebody must verify the store."
      )),
      events_waiting(gauges(
          registry,
          "makegood_events_waiting",
          "Events in the store that no broker has acknowledged yet."
      )),
      events_stalled(gauges(
          registry,
          "makegood_events_stalled",
          "1 while events wait and the first of them has for half a minute."
      )),
      events_sent(counters(
          registry, "makegood_events_sent_total", "Events that the broker has acknowledged."
      )),
      events_refused(counters(
          registry,
          "makegood_events_refused_total",
          "Events that the broker will never take; see refused-events.jsonl."
      )),
      events_unread(counters(
          registry,
          "makegood_events_unread_total",
          "Times that events could not be read from the store to be sent."
      )),
      commands_unfinished(gauges(
          registry,
          "makegood_commands_unfinished",
          "Commands that were received and are not answered for yet."
      )),
      commands_paused(gauges(
          registry,
          "makegood_commands_paused",
          "1 while no commands are read because no lane can take more; they wait in Kafka."
      )),
      commands_stalled(gauges(
          registry,
          "makegood_commands_stalled",
          "1 while replies or dead letters wait and no broker has taken one for half a minute."
      )),
      commands_received(counters(
          registry,
          "makegood_commands_received_total",
          "Messages received on a topic of commands; again after a crash or a rebalance."
      )),
      commands_accepted(
          counters(registry, "makegood_commands_accepted_total", "Commands that were done.")
      ),
      commands_refused(counters(
          registry,
          "makegood_commands_refused_total",
          "Commands that were understood and answered with a problem."
      )),
      commands_dead(counters(
          registry,
          "makegood_commands_dead_lettered_total",
          "Messages that are no commands; each is on the topic of dead letters, with the reason."
      )),
      replies_refused(counters(
          registry,
          "makegood_replies_refused_total",
          "Replies and dead letters that the broker will never take; each is kept in a file."
      )),
      event_streams(gauges(
          registry, "makegood_event_streams", "Readers of server-sent events that are connected."
      )),
      events_streamed(counters(
          registry, "makegood_events_streamed_total", "Events that such readers have taken."
      )),
      http_requests(counters(
          registry, "makegood_http_requests_total", "Requests answered, by route and status."
      )),
      fault_injection_enabled(gauges(
          registry,
          "makegood_fault_injection_enabled",
          "1 when faults can be injected over the API; absent otherwise, as it is in production."
      )),
      faults_injected(
          counters(registry, "makegood_faults_injected_total", "Faults injected on purpose.")
      ) {}

metrics::metrics() : families_(std::make_unique<metric_families>()) {}

metrics::~metrics() = default;

std::string metrics::text() const {
    return prometheus::TextSerializer().Serialize(families_->registry.Collect());
}

}  // namespace makegood
