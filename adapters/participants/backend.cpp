#include "adapters/participants/backend.hpp"

#include <algorithm>
#include <utility>

#include "adapters/participants/retry_after.hpp"
#include "adapters/telemetry/log.hpp"

namespace makegood {

namespace {

http::client_options client_options_of(const backend_options& options) {
    return {
        .connections_max = options.connections_max,
        .waiting_max = options.calls_waiting_max,
        .connect_time_max = options.connect_time_max,
        .answer_bytes_max = options.answer_bytes_max,
    };
}

attempt_end end_of(unsigned status) {
    if (status >= 200 && status < 300) return attempt_end::success;
    return status >= 500 ? attempt_end::server_error : attempt_end::client_error;
}

// Of what is held back: differs from saga to saga and from attempt to attempt.
std::uint64_t chance_of(const perform_call& call) {
    return stable_hash(call.idempotency_key, call.attempt);
}

std::string_view state_text(circuit_breaker::state state) {
    switch (state) {
        case circuit_breaker::state::closed: return "closed";
        case circuit_breaker::state::half_open: return "half open: a probe is on its way";
        case circuit_breaker::state::open: return "open: calls are held back";
    }
    return "";
}

}  // namespace

backend::backend(
    boost::asio::io_context& io,
    std::string name,
    const backend_options& options,
    call_metrics& counted
)
    : name_(std::move(name)),
      call_time_max_(options.call_time_max),
      client_(io, http::origin::parse(options.url), client_options_of(options)),
      circuit_(options.breaker),
      counted_(counted) {
    counted_.circuit(name_, static_cast<int>(reported_));
}

std::optional<call_deferred> backend::hold_back(const perform_call& call) {
    const steady_instant at = steady_now();
    const std::optional<steady_instant> until = circuit_.admit(at, chance_of(call));
    report(at);
    if (!until) return std::nullopt;
    counted_.ended(call.call.call, attempt_end::deferred, {});
    return call_deferred{wall_moment_of(*until)};
}

boost::asio::awaitable<attempt_outcome> backend::attempt(
    call_name call, http::request message, instant deadline
) {
    const steady_instant began = steady_now();
    const steady_instant ends = std::min(steady_moment_of(deadline), began + call_time_max_);
    auto exchange = client_.exchange(std::move(message), ends);
    http::exchange_result result = co_await std::move(exchange);
    co_return conclude(call, std::move(result), began);
}

attempt_outcome backend::conclude(
    call_name call, http::exchange_result result, steady_instant began
) {
    const std::chrono::nanoseconds took = steady_now() - began;
    if (auto* answer = std::get_if<http::response>(&result)) {
        return conclude_answer(call, std::move(*answer), took);
    }
    http::failure& failure = std::get<http::failure>(result);
    const bool reached = failure.kind != http::exchange_failure::not_sent;
    const steady_instant at = steady_now();
    circuit_.failed(at);
    report(at);
    counted_.ended(call, reached ? attempt_end::no_answer : attempt_end::not_sent, took);
    return no_answer{.reached = reached, .detail = std::move(failure.detail)};
}

attempt_outcome backend::conclude_answer(
    call_name call, http::response answer, std::chrono::nanoseconds took
) {
    const steady_instant at = steady_now();
    if (answer.status >= 500) {
        circuit_.failed(at);
    } else {
        circuit_.succeeded(at);
    }
    report(at);
    counted_.ended(call, end_of(answer.status), took);
    backend_answer outcome{answer.status, std::move(answer.body), std::nullopt};
    const std::string_view retry_after = answer.fields.find("Retry-After");
    if (!retry_after.empty()) outcome.retry_after = parse_retry_after(retry_after, now());
    return outcome;
}

void backend::report(steady_instant at) {
    const circuit_breaker::state state = circuit_.current(at);
    if (state == reported_) return;
    reported_ = state;
    counted_.circuit(name_, static_cast<int>(state));
    const bool closed = state == circuit_breaker::state::closed;
    log(closed ? log_level::info : log_level::warning,
        "circuit of backend " + name_ + " is " + std::string(state_text(state)));
}

}  // namespace makegood
