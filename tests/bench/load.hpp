#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <string>

#include "adapters/http/client.hpp"
#include "tests/bench/checkout_requests.hpp"
#include "tests/bench/latencies.hpp"

namespace makegood::bench {

using steady = std::chrono::steady_clock;

struct load_options {
    std::string server = "http://127.0.0.1:8700";
    request_options requests = {};
    double warm_up_seconds = 1;    // not counted
    double seconds = 5;            // counted
    double patience_seconds = 35;  // for what is still under way after that
    // Closed loop: so many clients, each of which starts a checkout when its last one has ended.
    std::size_t clients = 64;
    // Open loop: starts a second whatever the answers do; 0: closed loop. `connections` at once
    // at most; what finds none free waits, and its wait counts.
    double rate = 0;
    bool evenly = false;  // else at random moments (Poisson)
    std::size_t connections = 4'000;
};

// What was seen. Closed loop: answers inside the counted window. Open loop: starts that were
// planned inside it, so that a server that stalls cannot keep its stall out of the figures.
struct load_counts {
    latencies completed;
    latencies declined;
    latencies refused;            // 503, from the planned start
    latencies refused_from_sent;  // the same from the moment that it was sent
    std::size_t refused_with_retry_after = 0;
    std::size_t refused_in_all = 0;      // with the warm-up
    std::size_t answered_in_window = 0;  // as they should be, by the moment of the answer
    std::size_t total = 0;               // ended as they should, with the warm-up
    std::size_t other = 0;               // any other answer, with the warm-up
    std::size_t unanswered = 0;          // after the patience
    std::size_t planned = 0;             // open loop: starts planned inside the window
    std::size_t late_starts = 0;         // of them: sent more than a millisecond late
    latencies lateness;
    std::string first_problem;
};

// Drives one server over our own HTTP client, on one thread. Latency counts from the planned start:
// no coordinated omission. Prints "counting" and "counted" as the window opens and closes.
class load {
public:
    load(boost::asio::io_context& io, load_options options);

    void start();  // then io.run() returns when all is over
    [[nodiscard]] bool over() const { return over_; }
    [[nodiscard]] load_counts& seen() { return seen_; }

private:
    boost::asio::awaitable<void> mark_window();
    boost::asio::awaitable<void> run_client();
    boost::asio::awaitable<void> run_arrivals();
    boost::asio::awaitable<void> run_from(steady::time_point planned);
    boost::asio::awaitable<bool> run_one(steady::time_point planned);
    boost::asio::awaitable<void> finish();
    void begin(steady::time_point planned);

    struct moments {
        steady::time_point planned, sent, answered;
    };
    void count(const http::exchange_result& result, expectation expected, const moments& when);
    void count_refusal(const http::response& answer, const moments& when);
    [[nodiscard]] bool is_counted(const moments& when) const;

    const load_options options_;
    boost::asio::io_context& io_;
    http::client client_;
    checkout_requests requests_;
    const steady::time_point begins_;
    const steady::time_point ends_;
    boost::asio::steady_timer all_over_;
    std::deque<steady::time_point> backlog_;  // planned starts that found no free connection
    std::size_t under_way_ = 0;
    bool arrivals_over_ = false;
    bool over_ = false;
    load_counts seen_;
};

}  // namespace makegood::bench
