#include <boost/asio/as_tuple.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <catch2/catch.hpp>
#include <chrono>
#include <string>

#include "adapters/http/server.hpp"
#include "tests/bench/load.hpp"

using namespace makegood;
using namespace makegood::bench;
using namespace std::chrono_literals;

namespace asio = boost::asio;

namespace {

// Answers every start alike, after a while.
class shop {
public:
    shop(http::response answer, std::chrono::milliseconds takes)
        : answer_(std::move(answer)),
          takes_(takes),
          server_(io_, {}, [this](const http::request&) { return respond(); }) {
        server_.start();
    }

    // Drives a load until it is over.
    load_counts under(load_options options) {
        options.server = "http://127.0.0.1:" + std::to_string(server_.port());
        options.warm_up_seconds = 0;
        load driven(io_, options);
        driven.start();
        while (!driven.over())
            io_.run_one();
        return std::move(driven.seen());
    }

private:
    asio::awaitable<http::response> respond() {
        asio::steady_timer pause(io_, takes_);
        auto pausing = pause.async_wait(asio::as_tuple(asio::use_awaitable));
        co_await std::move(pausing);
        co_return answer_;
    }

    asio::io_context io_{1};
    const http::response answer_;
    const std::chrono::milliseconds takes_;
    http::server server_;
};

const http::response completed{200, "application/json", {}, R"({"status":"completed"})"};

}  // namespace

TEST_CASE("a start that had to wait for the one before counts from when it was planned") {
    // Twenty starts in 0.2 s over one connection that takes 0.03 s for each: the tenth, planned
    // after 0.1 s, cannot end before 0.3 s. Counted from its sending it would take 0.03 s.
    load_counts seen =
        shop(completed, 30ms)
            .under({.seconds = 0.199, .rate = 100, .evenly = true, .connections = 1});
    CHECK(seen.planned == 20);
    CHECK(seen.completed.count() == 20);
    CHECK(seen.completed.percentile_ms(0.5) >= 190);
    CHECK(seen.late_starts >= 10);
}

TEST_CASE("refusals are counted apart, with those that say when to come back") {
    http::response refused{503, "application/problem+json", {}, "{}"};
    refused.fields.add("Retry-After", "1");
    load_counts seen =
        shop(refused, 0ms).under({.seconds = 0.095, .rate = 100, .evenly = true, .connections = 8});
    CHECK(seen.completed.count() == 0);
    CHECK(seen.refused.count() == 10);
    CHECK(seen.refused_with_retry_after == 10);
    CHECK(seen.other == 0);
}

TEST_CASE("a checkout that ended otherwise than it should is no success") {
    const http::response failed{200, "application/json", {}, R"({"status":"failed"})"};
    load_counts seen =
        shop(failed, 0ms).under({.seconds = 0.055, .rate = 100, .evenly = true, .connections = 8});
    CHECK(seen.completed.count() == 0);
    CHECK(seen.other == 6);
    CHECK(seen.first_problem == R"(200 {"status":"failed"})");
}

TEST_CASE("a closed loop has as many checkouts under way as it has clients") {
    load_counts seen = shop(completed, 50ms).under({.seconds = 0.12, .clients = 4});
    // Each client begins at most three, and the last ones end after the window.
    CHECK(seen.total >= 4);
    CHECK(seen.total <= 12);
    CHECK(seen.unanswered == 0);
}
