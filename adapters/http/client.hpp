#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>
#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <variant>

#include "adapters/http/message.hpp"

namespace makegood::http {

// Where a backend is: scheme http only, `http://host:port[/base]`.
struct origin {
    std::string host;
    std::string port;
    std::string base_path;  // prepended to every target; empty or "/…" without a trailing slash

    // Throws std::invalid_argument with what was expected.
    static origin parse(std::string_view url);
};

struct client_options {
    std::size_t connections_max = 64;  // also the number of exchanges under way at once
    std::size_t waiting_max = 10'000;  // exchanges that wait for a connection; more are refused
    std::chrono::milliseconds connect_time_max{1'000};
    std::chrono::milliseconds idle_time_max{
        30'000};  // a kept-alive connection unused for longer is closed
    std::size_t answer_bytes_max = 1024 * 1024;
};

// Why there is no answer. The difference that matters to a saga: with `not_sent` the backend surely
// saw nothing; with the others nobody knows.
enum class exchange_failure {
    not_sent,   // no connection within its time, or no free one before the deadline
    timed_out,  // sent (perhaps in part), no whole answer before the deadline
    cut,        // the connection ended before a whole answer
    malformed,  // not HTTP
    oversized,  // more than answer_bytes_max
};

struct failure {
    exchange_failure kind;
    std::string detail;  // for people: "connection refused", "no answer within 5000 ms", …
};

using exchange_result = std::variant<response, failure>;

// A pool of keep-alive connections to one origin, on one io_context (one thread). Every exchange
// ends, with an answer or a failure, by its deadline. A kept-alive connection that the server
// closed before any byte of an answer came is retried once on a fresh one only when the request
// carries an Idempotency-Key or is a GET; otherwise it is `cut`.
class client {
public:
    client(boost::asio::io_context& io, origin where, client_options options);
    ~client();
    client(const client&) = delete;
    client& operator=(const client&) = delete;

    // `message` gets Host, Content-Length and (with a body) Content-Type: application/json.
    boost::asio::awaitable<exchange_result> exchange(
        request message, std::chrono::steady_clock::time_point deadline
    );

    [[nodiscard]] std::size_t under_way() const;
    [[nodiscard]] std::size_t waiting() const;
    void close();  // fails what waits as not_sent, cuts what is under way

private:
    struct implementation;
    // Shared with exchanges under way: each may outlive this object until its last operation
    // returns.
    std::shared_ptr<implementation> implementation_;
};

}  // namespace makegood::http
