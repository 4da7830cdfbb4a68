#pragma once

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <cstdint>
#include <memory>
#include <thread>

#include "adapters/api/api.hpp"
#include "adapters/api/event_bell.hpp"
#include "adapters/fault_injection/lane_faults.hpp"
#include "adapters/http/server.hpp"
#include "adapters/lane/lane.hpp"
#include "adapters/participants/http_participants.hpp"
#include "adapters/service.hpp"
#include "adapters/telemetry/call_metrics.hpp"

namespace makegood {

// One lane with everything that runs on its thread: calls to backends, the loop, the API, the
// server. Owned by the service. The io_context is given and outlives every lane, because requests
// that wait here may belong to a server on another one.
class service_lane {
public:
    struct place {
        std::size_t index = 0;
        std::uint16_t port = 0;
    };

    service_lane(
        boost::asio::io_context& io,
        const api_context& context,
        metrics& counted,
        const service_options& options,
        place where,
        lane_events events
    );
    ~service_lane();

    void run();    // starts the thread, recovers and serves
    void leave();  // ends the loop as soon as what runs now has returned; from any thread
    void join();

    // Stops to listen and lets the requests under way finish; `done` is called on the lane's
    // thread.
    void drain(duration patience, continuation<bool> done);

    [[nodiscard]] lane& runtime() { return runtime_; }
    [[nodiscard]] event_bell& bell() { return *bell_; }
    [[nodiscard]] std::uint16_t port() const { return server_.port(); }

private:
    void run_loop();
    [[nodiscard]] http::server_options server_options_for(
        const service_options& options, std::uint16_t port
    );
    [[nodiscard]] lane_events with_publisher(lane_events events);
    [[nodiscard]] std::unique_ptr<kafka::publisher> publisher_of(
        metrics& counted, const service_options& options, place where
    );
    [[nodiscard]] lane_parts parts(const api_context& context, const lane_store& store);

    boost::asio::io_context& io_;
    boost::asio::executor_work_guard<boost::asio::io_context::executor_type> work_;
    lane_events events_;
    call_metrics calls_;
    saga_metrics sagas_;
    lane_metrics counted_;
    http_participants participants_;
    std::unique_ptr<lane_faults> faults_;  // nothing unless fault injection is allowed
    lane runtime_;
    std::unique_ptr<kafka::publisher> publisher_;  // after the lane, which it tells
    const std::shared_ptr<event_bell> bell_;       // see there
    api api_;
    http::server server_;
    std::thread thread_;
};

}  // namespace makegood
