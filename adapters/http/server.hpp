#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>
#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "adapters/http/message.hpp"

namespace makegood::http {

// Answers one request. Runs on the thread of the io_context that the server was given; may suspend
// for as long as it likes (a long poll costs a suspended coroutine, no thread). An exception
// becomes a 500.
using handler = std::function<boost::asio::awaitable<response>(const request&)>;

// What one server puts up with; everything above a limit is refused with the status named.
struct server_options {
    std::string address = "127.0.0.1";
    std::uint16_t port = 0;                    // 0: any free port, see server::port()
    bool shares_port = false;                  // SO_REUSEPORT: one server per lane, one port
    std::size_t header_bytes_max = 16 * 1024;  // 431
    std::size_t body_bytes_max = 256 * 1024;   // 413
    // Accepting pauses until one closes; a client that hung up while it waits for an answer (which
    // includes one that closed only its half) is cut then, and so is the connection that has been
    // without a request for longest: kept-alive connections must not keep others out.
    std::size_t connections_max = 4096;
    std::chrono::milliseconds make_room_interval{250};  // meanwhile
    std::chrono::milliseconds idle_time_min{1'000};     // a younger one is not cut: it may send yet
    std::chrono::milliseconds header_time_max{10'000};  // from the first byte of a request; 408
    std::chrono::milliseconds body_time_max{10'000};    // from the end of the header; 408
    std::chrono::milliseconds idle_time_max{
        60'000};  // kept-alive connection without a request; closed
    std::chrono::milliseconds write_time_max{10'000};  // a client that does not read is dropped
    std::chrono::milliseconds linger_time_max{1'000};  // for a client to read the last answer
    std::size_t linger_bytes_max = 1024 * 1024;        // thrown away meanwhile
    std::chrono::milliseconds accept_pause{50};  // after accept fails, as for want of descriptors
    // Asked as soon as the head of a request has been read, before the handler: an answer that is
    // sent instead of the handler's, or nullptr. For refusals under overload: the body is skipped,
    // the connection is kept, and the answer is not copied; it has to stay as it is until the loop
    // runs on. Must not throw.
    std::function<const response*(const request& head)> turn_away{};
    // Told what a handler threw, for the log; must not throw. The client is only told that it was a
    // 500.
    std::function<void(std::string_view what)> on_handler_failure{};
};

// An HTTP/1.1 server on one io_context (one thread). Requests of one connection are answered in
// order (pipelining is safe: the next one is read only after the answer is written). Errors of the
// server's own (400, 408, 413, 431, 500, 501) are application/problem+json with a stable `code`.
// Owner: the lane or the program. All members are called on the io_context's thread.
class server {
public:
    // Binds and listens at once; throws std::system_error with a sentence that names the address
    // when it cannot.
    server(boost::asio::io_context& io, server_options options, handler handle);
    ~server();
    server(const server&) = delete;
    server& operator=(const server&) = delete;

    void start();  // begins to accept
    [[nodiscard]] std::uint16_t port() const;
    [[nodiscard]] std::size_t connections() const;

    // To be called once. Stops accepting, closes idle connections at once, ends streams, lets
    // requests under way finish (answered with `Connection: close`), and returns when the last
    // connection is gone or `patience` is over, in which case the rest is cut.
    boost::asio::awaitable<void> drain(std::chrono::milliseconds patience);

private:
    struct implementation;
    // Shared with the sessions: each may outlive this object until its last operation returns.
    std::shared_ptr<implementation> implementation_;
};

}  // namespace makegood::http
