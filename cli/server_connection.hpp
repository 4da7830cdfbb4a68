#pragma once

#include <boost/json/value.hpp>
#include <chrono>
#include <memory>
#include <string>
#include <string_view>

namespace makegood::cli {

// A running server, spoken to over one connection of our own event loop. One thread. Every call
// blocks until there is an answer; without one it throws command_failure(server_unreachable).
class server_connection {
public:
    // Throws command_failure(usage_wrong) when `url` is no address.
    explicit server_connection(std::string url);
    ~server_connection();
    server_connection(const server_connection&) = delete;
    server_connection& operator=(const server_connection&) = delete;

    // A 2xx as JSON. Everything else is thrown: not_found (404), conflict (409), refused (4xx),
    // server_unreachable (429, 503: come back later), server_failed (5xx, or no JSON).
    [[nodiscard]] boost::json::value get(const std::string& target);
    [[nodiscard]] boost::json::value post(const std::string& target, std::string body);

private:
    struct implementation;

    std::string url_;
    std::unique_ptr<implementation> implementation_;
};

// For one segment of a path, or one value of a query.
[[nodiscard]] std::string percent_encoded(std::string_view text);

}  // namespace makegood::cli
