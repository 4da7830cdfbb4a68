#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "adapters/intake/command_intake.hpp"
#include "adapters/kafka/publisher.hpp"
#include "adapters/lane/start_limiter.hpp"
#include "adapters/participants/backend_options.hpp"
#include "engine/definition.hpp"
#include "engine/engine.hpp"
#include "engine/ports/journal.hpp"

namespace makegood {

// The store of one lane. The objects belong to the caller and must outlive the service. The writer
// is used by one thread; every reader by a thread of its own, so each must be usable beside the
// others.
struct lane_store {
    journal_writer* writer = nullptr;
    std::vector<journal_reader*> readers;  // at least one
    journal_reader* events = nullptr;      // for the publisher, if there is one
    // The partitions that this lane owns. Left empty in all lanes, they are dealt out evenly;
    // otherwise every partition must belong to exactly one lane.
    std::vector<partition> partitions = {};
};

// How a stop goes: refuse new checkouts, answer what is under way, commit, leave.
struct drain_options {
    // How long /readyz is red and new checkouts are refused before the listener closes: what a load
    // balancer needs to look away.
    duration notice{0};
    // How long requests under way may take after that; the rest is cut. Their sagas resume at the
    // next start.
    duration patience{10'000};
};

struct service_options {
    std::string address = "127.0.0.1";
    std::uint16_t port = 8700;      // 0: any free one, see service::port()
    std::vector<lane_store> lanes;  // one or more
    std::string folder_id;          // theirs: a restored backup has another one
    // By the name that definitions use: cart, catalog, inventory, payment, order, fulfillment,
    // notification. One that is missing is not configured; a definition must then not call it.
    std::map<std::string, backend_options, std::less<>> backends;
    engine_options engine;
    duration key_retention =
        std::chrono::hours{24};              // of idempotency keys, after the checkout ended
    std::optional<duration> saga_retention;  // of ended sagas; nothing: they are kept for ever
    // How the events of sagas are sent; nothing: nobody sends them.
    std::optional<kafka::publisher_options> publishing;
    std::string
        refused_events_file;  // those that the broker will never take; kafka::refused_events
    // Where commands are received, beside the HTTP API; nothing: nowhere.
    std::optional<intake_options> commands;
    std::optional<intake_options> shipments;              // the same of what is told of parcels
    duration event_retention = std::chrono::minutes{15};  // after the commit and the sending
    // Of GET /v1/events, per lane; past it 503.
    std::size_t event_streams_max = 64;
    duration event_keep_alive{15'000};  // a stream without events says something so often
    duration write_time_max{10'000};    // a client that does not take what it is sent is dropped
    start_rate_limit rate_limit;
    drain_options drain;
    std::size_t connections_max = 4096;  // inbound, per lane
    std::size_t reads_waiting_max =
        1024;                         // lists and loads waiting for the store, per lane; then 503
    duration commit_time_max{5'000};  // past it /readyz is red until the commit returns
    // Why a body must not even be read: the rule that starts are read by, for all other bodies.
    // Required; the sagas have it (sagas/json/body_reading.hpp).
    std::function<std::optional<start_refusal>(std::string_view body)> refuse_body;
    // For tests only: GET, PUT and DELETE /v1/faults (adapters/fault_injection/README.md).
    bool allow_fault_injection = false;
    bool handles_signals = true;  // SIGTERM and SIGINT drain; a second one ends the process at once
};

// The running daemon: HTTP API, lanes, backends, metrics. Wires everything together and owns all
// threads; logs through adapters/telemetry/log.hpp, which the program has set up before.
// The constructor listens (throws std::system_error with a sentence when it cannot, and
// std::invalid_argument for options that make no sense); nothing is accepted before run().
class service {
public:
    // `registry` and the stores must outlive the service.
    service(const definition_registry& registry, service_options options);
    ~service();
    service(const service&) = delete;
    service& operator=(const service&) = delete;

    // Recovers, serves, and blocks until it has drained. Returns the exit code: 0 after a drain, 1
    // when it had to give up (the store has another owner, recovery failed, stopped twice). `ready`
    // is called once, on this thread, when every lane has recovered, with how many sagas go on that
    // had not ended. Runs once.
    [[nodiscard]] int run(std::function<void(std::uint64_t resumed)> ready = {});

    [[nodiscard]] std::uint16_t port() const;

    // What SIGTERM does; called again, run() returns without waiting for the drain. From any
    // thread.
    void stop();

private:
    struct implementation;
    std::unique_ptr<implementation> implementation_;
};

}  // namespace makegood
