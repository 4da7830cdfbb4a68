#pragma once

#include <optional>
#include <string>

#include "adapters/http/client.hpp"
#include "event_loop.hpp"

namespace makegood::http::testing {

request get(std::string target);
request post(std::string target, std::string body);
request keyed_post(std::string target, std::string body);  // with an Idempotency-Key

// The kind of a failure in words, or the status of an answer: what a test compares.
std::string verdict(const exchange_result& result);

// A client on its own event loop.
class running_client {
public:
    explicit running_client(std::uint16_t port, client_options options = {});
    explicit running_client(const std::string& url, client_options options = {});
    ~running_client();

    std::future<exchange_result> start(
        request message, std::chrono::milliseconds time = std::chrono::seconds(20)
    );
    exchange_result exchange(
        request message, std::chrono::milliseconds time = std::chrono::seconds(20)
    );
    std::size_t under_way();
    std::size_t waiting();
    void close();
    void destroy();
    event_loop& loop() { return loop_; }
    client& get() { return *client_; }

private:
    event_loop loop_;
    std::optional<client> client_;
};

}  // namespace makegood::http::testing
