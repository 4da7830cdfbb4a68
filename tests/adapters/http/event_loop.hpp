#pragma once

#include <atomic>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_future.hpp>
#include <chrono>
#include <future>
#include <stdexcept>
#include <thread>
#include <utility>

namespace makegood::http::testing {

constexpr std::chrono::seconds patience{20};

template <typename Value>
Value take(std::future<Value> promised) {
    if (promised.wait_for(patience) != std::future_status::ready) {
        throw std::runtime_error("the event loop did not do what was asked of it in time");
    }
    return promised.get();
}

// An io_context on a thread of its own, as a lane is. What escapes the event loop ends up in
// failure().
class event_loop {
public:
    event_loop() : work_(io_.get_executor()), thread_([this] { run(); }) {}
    ~event_loop() { stop(); }
    event_loop(const event_loop&) = delete;
    event_loop& operator=(const event_loop&) = delete;

    boost::asio::io_context& io() { return io_; }

    // Runs a function on the loop's thread and returns its result.
    template <typename Function>
    auto call(Function function) {
        std::packaged_task<decltype(function())()> task(std::move(function));
        auto result = task.get_future();
        boost::asio::post(io_, [task = std::move(task)]() mutable { task(); });
        return take(std::move(result));
    }

    template <typename Value>
    std::future<Value> start(boost::asio::awaitable<Value> task) {
        return boost::asio::co_spawn(io_, std::move(task), boost::asio::use_future);
    }

    // Asks again and again, each time on the loop's thread, until it is true or patience is over.
    template <typename Predicate>
    bool eventually(Predicate predicate) {
        const auto until = std::chrono::steady_clock::now() + patience;
        while (!call(predicate)) {
            if (std::chrono::steady_clock::now() > until) return false;
        }
        return true;
    }

    // Whether an exception ever got out of the loop.
    [[nodiscard]] bool was_broken() const { return was_broken_; }

    [[nodiscard]] bool is_stopped() const { return !thread_.joinable(); }
    void stop() {
        work_.reset();
        io_.stop();
        if (thread_.joinable()) thread_.join();
    }

private:
    void run() {
        try {
            io_.run();
        } catch (...) {
            was_broken_ = true;
        }
    }

    boost::asio::io_context io_{1};
    boost::asio::executor_work_guard<boost::asio::io_context::executor_type> work_;
    std::atomic<bool> was_broken_ = false;
    std::thread thread_;
};

}  // namespace makegood::http::testing
