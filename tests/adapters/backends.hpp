#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "adapters/http/server.hpp"

namespace makegood::test {

// All seven backends of a checkout behind one port, on a thread of their own. Every call succeeds
// as CONTRACTS.md section 2 says, unless a rule answers it first.
class backends {
public:
    // Nothing: the next rule, in the end the default, answers.
    using rule = std::function<std::optional<http::response>(const http::request&)>;

    backends();
    ~backends();
    backends(const backends&) = delete;
    backends& operator=(const backends&) = delete;

    [[nodiscard]] std::string url() const;

    void answer_with(rule added);
    void answer(std::string target_prefix, unsigned status, std::string body);
    void forget_rules();

    // Requests whose target begins so are held until release(); they count as seen.
    void hold(std::string target_prefix);
    void release();

    [[nodiscard]] std::vector<http::request> seen(std::string_view target_prefix) const;
    // Blocks until so many have come.
    void wait_for(std::string_view target_prefix, std::size_t count) const;

private:
    boost::asio::awaitable<http::response> handle(http::request message);
    [[nodiscard]] bool is_held(const http::request& message) const;
    [[nodiscard]] std::size_t count(std::string_view target_prefix) const;

    boost::asio::io_context io_;
    boost::asio::steady_timer released_;  // never expires; cancelled by release()
    std::unique_ptr<http::server> server_;

    mutable std::mutex mutex_;  // guards what follows
    mutable std::condition_variable arrived_;
    std::vector<rule> rules_;
    std::vector<std::string> held_;
    std::vector<http::request> seen_;

    std::thread thread_;
};

}  // namespace makegood::test
