#include "tests/bench/load.hpp"

#include <fmt/format.h>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <cmath>
#include <cstdio>
#include <utility>
#include <variant>

namespace makegood::bench {

namespace asio = boost::asio;

namespace {

using namespace std::chrono_literals;

constexpr auto reported = asio::as_tuple(asio::use_awaitable);
constexpr auto answer_time_max = 60s;
// Arrivals are looked at no more often than this, so that a high rate does not cost a timer each.
// What comes late by it counts as latency.
constexpr auto arrivals_pause = 100us;
constexpr auto late_from = 1ms;

steady::duration seconds(double value) {
    return std::chrono::duration_cast<steady::duration>(std::chrono::duration<double>(value));
}

bool says(const http::response& answer, std::string_view status) {
    return answer.body.find(fmt::format("\"status\":\"{}\"", status)) != std::string::npos;
}

bool is_as_expected(const http::response& answer, expectation expected) {
    switch (expected) {
        case expectation::completes: return answer.status == 200 && says(answer, "completed");
        case expectation::is_declined: return answer.status == 200 && says(answer, "compensated");
        case expectation::is_accepted: return answer.status == 202;
    }
    return false;
}

std::string problem(const http::exchange_result& result) {
    if (const auto* lost = std::get_if<http::failure>(&result)) return lost->detail;
    const auto& answer = std::get<http::response>(result);
    return fmt::format("{} {}", answer.status, answer.body);
}

void say(const char* word) {
    std::puts(word);
    std::fflush(stdout);
}

}  // namespace

load::load(asio::io_context& io, load_options options)
    : options_(std::move(options)),
      io_(io),
      client_(
          io,
          http::origin::parse(options_.server),
          {.connections_max = options_.rate > 0 ? options_.connections : options_.clients}
      ),
      requests_(options_.requests),
      begins_(steady::now() + seconds(options_.warm_up_seconds)),
      ends_(begins_ + seconds(options_.seconds)),
      all_over_(io, ends_ + seconds(options_.patience_seconds)) {}

void load::start() {
    asio::co_spawn(io_, mark_window(), asio::detached);
    asio::co_spawn(io_, finish(), asio::detached);
    if (options_.rate > 0) {
        asio::co_spawn(io_, run_arrivals(), asio::detached);
        return;
    }
    arrivals_over_ = true;
    for (std::size_t i = 0; i < options_.clients; ++i)
        asio::co_spawn(io_, run_client(), asio::detached);
}

asio::awaitable<void> load::mark_window() {
    asio::steady_timer until(io_, begins_);
    auto beginning = until.async_wait(reported);
    co_await std::move(beginning);
    say("counting");
    until.expires_at(ends_);
    auto ending = until.async_wait(reported);
    co_await std::move(ending);
    say("counted");
}

// Returns when everything was answered or the patience is over.
asio::awaitable<void> load::finish() {
    auto waiting = all_over_.async_wait(reported);
    co_await std::move(waiting);
    over_ = true;
    seen_.unanswered = under_way_ + backlog_.size();
    backlog_.clear();
    client_.close();  // idle connections would keep the loop alive
}

// -- closed loop

asio::awaitable<void> load::run_client() {
    ++under_way_;
    while (steady::now() < ends_) {
        auto running = run_one(steady::now());
        const bool refused = co_await std::move(running);
        if (!refused) continue;
        // A client that was told to come back later does.
        asio::steady_timer later(io_, 1s);
        auto waiting = later.async_wait(reported);
        co_await std::move(waiting);
    }
    if (--under_way_ == 0) all_over_.cancel();
}

// -- open loop

asio::awaitable<void> load::run_arrivals() {
    asio::steady_timer until(io_);
    steady::time_point planned = begins_ - seconds(options_.warm_up_seconds);
    for (std::uint64_t number = 0; planned < ends_; ++number) {
        if (planned > steady::now()) {
            until.expires_at(std::max(planned, steady::now() + arrivals_pause));
            auto waiting = until.async_wait(reported);
            co_await std::move(waiting);
        }
        begin(planned);
        // The gaps of a Poisson process are exponential; its bits come from the printed seed.
        const double even = 1 / options_.rate;
        const double chance =
            std::ldexp(static_cast<double>(mixed(~options_.requests.seed, number) >> 11) + 1, -53);
        planned += seconds(options_.evenly ? even : -std::log(chance) * even);
    }
    arrivals_over_ = true;
    if (under_way_ == 0) all_over_.cancel();
}

void load::begin(steady::time_point planned) {
    if (planned >= begins_) ++seen_.planned;
    if (under_way_ >= options_.connections) return backlog_.push_back(planned);
    ++under_way_;
    asio::co_spawn(io_, run_from(planned), asio::detached);
}

asio::awaitable<void> load::run_from(steady::time_point planned) {
    for (;;) {
        auto running = run_one(planned);
        co_await std::move(running);
        if (backlog_.empty()) break;
        planned = backlog_.front();
        backlog_.pop_front();
    }
    if (--under_way_ == 0 && arrivals_over_) all_over_.cancel();
}

// -- one checkout

// Whether it was refused.
asio::awaitable<bool> load::run_one(steady::time_point planned) {
    checkout_request next = requests_.next();
    moments when{planned, steady::now(), {}};
    auto pending = client_.exchange(std::move(next.message), when.sent + answer_time_max);
    const http::exchange_result result = co_await std::move(pending);
    when.answered = steady::now();
    if (over_) co_return false;
    count(result, next.expected, when);
    const auto* answer = std::get_if<http::response>(&result);
    co_return answer != nullptr && answer->status == 503;
}

bool load::is_counted(const moments& when) const {
    const steady::time_point at = options_.rate > 0 ? when.planned : when.answered;
    return at >= begins_ && at <= ends_;
}

void load::count(const http::exchange_result& result, expectation expected, const moments& when) {
    if (options_.rate > 0 && is_counted(when)) {
        if (when.sent - when.planned > late_from) ++seen_.late_starts;
        seen_.lateness.add(when.sent - when.planned);
    }
    const auto* answer = std::get_if<http::response>(&result);
    if (answer != nullptr && answer->status == 503) return count_refusal(*answer, when);
    if (answer == nullptr || !is_as_expected(*answer, expected)) {
        ++seen_.other;
        if (seen_.first_problem.empty()) seen_.first_problem = problem(result);
        return;
    }
    ++seen_.total;
    if (when.answered >= begins_ && when.answered <= ends_) ++seen_.answered_in_window;
    if (!is_counted(when)) return;
    latencies& kind = expected == expectation::is_declined ? seen_.declined : seen_.completed;
    kind.add(when.answered - when.planned);
}

void load::count_refusal(const http::response& answer, const moments& when) {
    ++seen_.refused_in_all;
    if (!is_counted(when)) return;
    seen_.refused.add(when.answered - when.planned);
    seen_.refused_from_sent.add(when.answered - when.sent);
    if (answer.fields.contains("Retry-After")) ++seen_.refused_with_retry_after;
}

}  // namespace makegood::bench
