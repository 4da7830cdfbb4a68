#include "conformance/caller.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/json/parse.hpp>
#include <exception>
#include <optional>

#include "adapters/clock/clock.hpp"
#include "adapters/http/client.hpp"
#include "adapters/http/connection.hpp"
#include "adapters/http/endpoints.hpp"

namespace makegood::conformance {

namespace {

namespace asio = boost::asio;
using asio::awaitable;

// As many as the widest case sends at once, so that none of them waits for another.
constexpr std::size_t connections_max = 128;
constexpr http::reader_limits answer_limits{
    .header_bytes_max = 64 * 1024, .body_bytes_max = 1024 * 1024};
constexpr std::chrono::milliseconds look_interval{10};
constexpr auto reported = asio::as_tuple(asio::use_awaitable);

http::request request_of(const backend_call& call) {
    http::request message{call.method, call.target, {}, call.body};
    if (!call.key.empty()) message.fields.add("Idempotency-Key", call.key);
    for (const auto& [name, value] : call.fields) {
        message.fields.add(name, value);
    }
    return message;
}

exchange exchange_of(backend_call call, http::exchange_result result) {
    exchange seen{
        .sent = std::move(call),
        .answered_at = now(),
        .body = {},
        .no_answer = {},
        .notable_fields = {}};
    if (const auto* failure = std::get_if<http::failure>(&result)) {
        seen.no_answer = failure->detail;
        seen.not_sent = failure->kind == http::exchange_failure::not_sent;
        return seen;
    }
    auto& answer = std::get<http::response>(result);
    seen.status = answer.status;
    seen.body = std::move(answer.body);
    for (const char* name : {"Retry-After", "Idempotent-Replayed", "Location"}) {
        const auto value = answer.fields.find(name);
        if (!value.empty())
            seen.notable_fields.push_back(std::string(name) + ": " + std::string(value));
    }
    boost::system::error_code broken;
    auto parsed = boost::json::parse(seen.body, broken);
    if (!broken && parsed.is_object()) seen.object = std::move(parsed.get_object());
    return seen;
}

awaitable<void> wait(asio::io_context& io, std::chrono::milliseconds length) {
    asio::steady_timer timer(io, length);
    auto elapsed = timer.async_wait(reported);
    co_await std::move(elapsed);
}

}  // namespace

struct caller::implementation {
    implementation(const std::string& url, std::chrono::milliseconds time_max)
        : where(http::origin::parse(url)),
          answer_time_max(time_max),
          client(io, where, {.connections_max = connections_max}),
          endpoints(std::make_shared<http::endpoint_source>(io, where.host, where.port)),
          deadlines(std::make_shared<http::deadline_watch>(io)) {}

    // Runs the loop until the work is done. What the pool keeps for later would keep run() too.
    void run(std::vector<awaitable<void>> all) {
        std::size_t open = all.size();
        std::exception_ptr thrown;
        io.restart();
        for (auto& each : all) {
            asio::co_spawn(io, std::move(each), [&](std::exception_ptr problem) {
                if (problem) thrown = problem;
                if (--open == 0) io.stop();
            });
        }
        if (open > 0) io.run();
        if (thrown) std::rethrow_exception(thrown);
    }
    void run(awaitable<void> alone) {
        std::vector<awaitable<void>> all;
        all.push_back(std::move(alone));
        run(std::move(all));
    }

    awaitable<void> send(backend_call call, exchange& into) {
        auto exchanging = client.exchange(request_of(call), steady_now() + answer_time_max);
        auto result = co_await std::move(exchanging);
        into = exchange_of(std::move(call), std::move(result));
    }

    http::connection fresh_connection() {
        return http::connection(io, deadlines, answer_limits, [](http::connection&) {});
    }

    awaitable<void> open_and_close(std::string& problem) {
        auto on = fresh_connection();
        auto opening = on.open(endpoints, steady_now() + answer_time_max);
        problem = co_await std::move(opening);
    }

    // There is nothing at this path, so that nothing is done.
    awaitable<void> ask_for_anything(bool& answered) {
        auto exchanging = client.exchange({"GET", "/v1", {}, {}}, steady_now() + answer_time_max);
        const auto result = co_await std::move(exchanging);
        const auto* failure = std::get_if<http::failure>(&result);
        answered = failure == nullptr || failure->kind == http::exchange_failure::malformed
                   || failure->kind == http::exchange_failure::oversized;
    }

    awaitable<void> send_all_on_one(
        std::vector<backend_call> calls, std::chrono::milliseconds watched, sequence& into
    ) {
        auto on = fresh_connection();
        auto opening = on.open(endpoints, steady_now() + answer_time_max);
        const std::string problem = co_await std::move(opening);
        if (!problem.empty()) {
            http::exchange_result unsent = http::failure{http::exchange_failure::not_sent, problem};
            into.exchanges.push_back(exchange_of(std::move(calls.front()), std::move(unsent)));
            co_return;
        }
        for (auto& call : calls) {
            on.prepare(request_of(call), where);
            auto exchanging = on.exchange(steady_now() + answer_time_max);
            co_await std::move(exchanging);
            into.exchanges.push_back(exchange_of(std::move(call), on.take_result()));
            auto watching = watch(on, watched, into.stayed_open);
            co_await std::move(watching);
            if (!into.stayed_open) co_return;
        }
    }

    // Whether the backend leaves the connection open, looked at for a while.
    awaitable<void> watch(http::connection& on, std::chrono::milliseconds length, bool& open) {
        const auto until = steady_now() + length;
        for (;;) {
            open = on.is_open() && on.is_usable();
            if (!open || steady_now() >= until) co_return;
            auto waiting = wait(io, look_interval);
            co_await std::move(waiting);
        }
    }

    asio::io_context io{1};
    const http::origin where;
    const std::chrono::milliseconds answer_time_max;
    http::client client;
    const std::shared_ptr<http::endpoint_source> endpoints;
    const std::shared_ptr<http::deadline_watch> deadlines;
};

caller::caller(const std::string& url, std::chrono::milliseconds answer_time_max)
    : implementation_(std::make_unique<implementation>(url, answer_time_max)) {}

caller::~caller() = default;

exchange caller::send(backend_call call) {
    exchange seen;
    implementation_->run(implementation_->send(std::move(call), seen));
    return seen;
}

std::vector<exchange> caller::send_at_once(std::vector<backend_call> calls) {
    std::vector<exchange> seen(calls.size());
    std::vector<awaitable<void>> all;
    for (std::size_t position = 0; position < calls.size(); ++position) {
        all.push_back(implementation_->send(std::move(calls[position]), seen[position]));
    }
    implementation_->run(std::move(all));
    return seen;
}

caller::sequence caller::send_on_one_connection(
    std::vector<backend_call> calls, std::chrono::milliseconds watched
) {
    sequence seen;
    implementation_->run(implementation_->send_all_on_one(std::move(calls), watched, seen));
    return seen;
}

std::string caller::problem_with_connecting() {
    std::string problem;
    implementation_->run(implementation_->open_and_close(problem));
    return problem;
}

bool caller::answers() {
    bool answered = false;
    implementation_->run(implementation_->ask_for_anything(answered));
    return answered;
}

void caller::pause(std::chrono::milliseconds length) {
    implementation_->run(wait(implementation_->io, length));
}

}  // namespace makegood::conformance
