#pragma once

#include <atomic>
#include <boost/asio/steady_timer.hpp>
#include <optional>
#include <string>
#include <vector>

#include "adapters/http/server.hpp"
#include "event_loop.hpp"

namespace makegood::http::testing {

// Answers `METHOD target body`, so that a test sees what the handler saw.
boost::asio::awaitable<response> echo(const request& asked);

// A server on its own event loop.
class running_server {
public:
    explicit running_server(server_options options = {}, handler handle = echo);
    ~running_server();

    [[nodiscard]] std::uint16_t port() const { return port_; }
    event_loop& loop() { return loop_; }
    std::size_t connections();
    bool reaches_connections(std::size_t count);
    bool becomes_empty() { return reaches_connections(0); }
    std::future<void> drain(std::chrono::milliseconds how_long);
    void destroy();

private:
    event_loop loop_;
    std::optional<server> server_;
    std::uint16_t port_ = 0;
};

// A handler that keeps every request until it is let go, like a long poll. Must outlive the server.
class held_handler {
public:
    boost::asio::awaitable<response> operator()(const request& asked);
    handler as_handler();
    void let_go(event_loop& loop);

    std::atomic<int> arrived = 0;
    std::atomic<int> left = 0;

private:
    std::atomic<bool> is_let_go_ = false;
    std::vector<boost::asio::steady_timer*> held_;
};

}  // namespace makegood::http::testing
