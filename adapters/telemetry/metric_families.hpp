#pragma once

#include <prometheus/counter.h>
#include <prometheus/family.h>
#include <prometheus/gauge.h>
#include <prometheus/histogram.h>
#include <prometheus/registry.h>

namespace makegood {

// Every metric's name, help and labels, in one place. Only adapters/telemetry includes this.
struct metric_families {
    metric_families();

    prometheus::Registry registry;

    prometheus::Family<prometheus::Counter>& sagas_started;   // saga
    prometheus::Family<prometheus::Counter>& sagas_ended;     // saga, status
    prometheus::Family<prometheus::Gauge>& sagas;             // saga, status
    prometheus::Family<prometheus::Counter>& transitions;     // saga, state
    prometheus::Family<prometheus::Histogram>& saga_seconds;  // saga

    prometheus::Family<prometheus::Counter>& call_attempts;   // call, outcome
    prometheus::Family<prometheus::Counter>& call_retries;    // call
    prometheus::Family<prometheus::Histogram>& call_seconds;  // call
    prometheus::Family<prometheus::Gauge>& circuit;           // lane, backend

    prometheus::Family<prometheus::Histogram>& commit_sagas;  // no labels
    prometheus::Family<prometheus::Histogram>& commit_seconds;
    prometheus::Family<prometheus::Counter>& commits_failed;
    prometheus::Family<prometheus::Gauge>& store_healthy;  // lane
    prometheus::Family<prometheus::Gauge>& sagas_active;   // lane
    prometheus::Family<prometheus::Gauge>& waiters;        // lane
    prometheus::Family<prometheus::Counter>& late_answers;
    prometheus::Family<prometheus::Counter>& violations;
    prometheus::Family<prometheus::Counter>& unreadable;
    prometheus::Family<prometheus::Counter>& keys_forgotten;
    prometheus::Family<prometheus::Counter>& sagas_pruned;
    prometheus::Family<prometheus::Counter>& sagas_unpruned;

    prometheus::Family<prometheus::Gauge>& events_waiting;  // lane
    prometheus::Family<prometheus::Gauge>& events_stalled;  // lane
    prometheus::Family<prometheus::Counter>& events_sent;
    prometheus::Family<prometheus::Counter>& events_refused;
    prometheus::Family<prometheus::Counter>& events_unread;

    prometheus::Family<prometheus::Gauge>& commands_unfinished;  // topic
    prometheus::Family<prometheus::Gauge>& commands_paused;      // topic
    prometheus::Family<prometheus::Gauge>& commands_stalled;     // topic
    prometheus::Family<prometheus::Counter>& commands_received;  // topic
    prometheus::Family<prometheus::Counter>& commands_accepted;  // topic
    prometheus::Family<prometheus::Counter>& commands_refused;   // topic
    prometheus::Family<prometheus::Counter>& commands_dead;      // topic
    prometheus::Family<prometheus::Counter>& replies_refused;    // topic
    prometheus::Family<prometheus::Gauge>& event_streams;        // lane
    prometheus::Family<prometheus::Counter>& events_streamed;

    prometheus::Family<prometheus::Counter>& http_requests;  // route, status

    prometheus::Family<prometheus::Gauge>& fault_injection_enabled;  // no labels
    prometheus::Family<prometheus::Counter>& faults_injected;        // call, mode
};

}  // namespace makegood
