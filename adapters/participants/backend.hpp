#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>
#include <optional>
#include <string>

#include "adapters/clock/clock.hpp"
#include "adapters/http/client.hpp"
#include "adapters/participants/backend_options.hpp"
#include "adapters/participants/circuit_breaker.hpp"
#include "adapters/telemetry/call_metrics.hpp"
#include "engine/engine.hpp"

namespace makegood {

// One backend as a lane sees it: its connections and its circuit. Owned by http_participants, on
// the lane's thread, and outlives every attempt that it was asked for.
class backend {
public:
    // Throws std::invalid_argument when the URL cannot be used.
    backend(
        boost::asio::io_context& io,
        std::string name,
        const backend_options& options,
        call_metrics& counted
    );

    // Nothing when the attempt may be sent, which must then follow; else how it ends without.
    [[nodiscard]] std::optional<call_deferred> hold_back(const perform_call& call);
    // Ends by `deadline` or the backend's own limit, whichever is first.
    [[nodiscard]] boost::asio::awaitable<attempt_outcome> attempt(
        call_name call, http::request message, instant deadline
    );

    [[nodiscard]] const circuit_breaker& circuit() const { return circuit_; }
    void close() { client_.close(); }

private:
    attempt_outcome conclude(call_name call, http::exchange_result result, steady_instant began);
    attempt_outcome conclude_answer(
        call_name call, http::response answer, std::chrono::nanoseconds took
    );
    void report(steady_instant at);

    std::string name_;
    duration call_time_max_;
    http::client client_;
    circuit_breaker circuit_;
    circuit_breaker::state reported_ = circuit_breaker::state::closed;
    call_metrics& counted_;
};

}  // namespace makegood
