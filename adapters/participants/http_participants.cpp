#include "adapters/participants/http_participants.hpp"

#include <algorithm>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/post.hpp>
#include <utility>

#include "adapters/participants/complete_attempt.hpp"
#include "adapters/telemetry/trace_context.hpp"

namespace makegood {

namespace asio = boost::asio;

namespace {

// A persistent call has no budget; the backend is then told how long anybody listens.
duration time_left(const perform_call& call) {
    const duration listening = std::max(duration{1}, call.deadline - now());
    const bool bounded =
        call.budget_left > duration{0} && call.budget_left < std::chrono::hours{24};
    return bounded ? call.budget_left : listening;
}

}  // namespace

http_participants::http_participants(
    asio::io_context& io, const backend_map& backends, call_metrics& counted
)
    : io_(io), counted_(counted) {
    for (const auto& [name, options] : backends) {
        backends_.emplace(name, std::make_unique<backend>(io, name, options, counted));
    }
}

void http_participants::send(const perform_call& call, completion done) {
    backend* const to = find(call.backend.value);
    if (to == nullptr) {
        const std::string name(call.backend.value);
        return finish_later(
            no_answer{false, "backend " + name + " is not configured; set its URL"}, std::move(done)
        );
    }
    counted_.attempted(call.call.call, call.failed > 0);
    if (std::optional<call_deferred> deferred = to->hold_back(call)) {
        return finish_later(*deferred, std::move(done));
    }
    auto attempt = to->attempt(call.call.call, compose(call), call.deadline);
    asio::co_spawn(io_, complete_attempt(std::move(attempt), std::move(done)), asio::detached);
}

std::optional<live_note> http_participants::note(backend_name name, const call_reference& call)
    const {
    const backend* const to = find(name.value);
    if (to == nullptr) return std::nullopt;
    const circuit_breaker::state state = to->circuit().current(steady_now());
    if (state == circuit_breaker::state::closed) return std::nullopt;
    const bool open = state == circuit_breaker::state::open;
    return live_note{call, open ? "open" : "half_open", wall_moment_of(to->circuit().open_until())};
}

void http_participants::close() {
    for (const auto& [name, each] : backends_)
        each->close();
}

backend* http_participants::find(std::string_view name) const {
    const auto found = backends_.find(name);
    return found == backends_.end() ? nullptr : found->second.get();
}

http::request http_participants::compose(const perform_call& call) {
    http::request message{call.request.method, call.request.target, {}, call.request.body};
    message.fields.add("Idempotency-Key", call.idempotency_key);
    message.fields.add(
        "traceparent", is_traceparent(call.traceparent)
                           ? continued_traceparent(call.traceparent, entropy_.take<8>())
                           : fresh_traceparent(entropy_.take<24>())
    );
    message.fields.add("Makegood-Deadline-Ms", std::to_string(time_left(call).count()));
    return message;
}

void http_participants::finish_later(attempt_outcome outcome, completion done) {
    asio::post(io_, [outcome = std::move(outcome), done = std::move(done)]() mutable {
        done(std::move(outcome));
    });
}

}  // namespace makegood
