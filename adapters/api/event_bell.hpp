#pragma once

#include <atomic>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <memory>
#include <optional>
#include <vector>

#include "adapters/clock/clock.hpp"
#include "adapters/telemetry/stream_metrics.hpp"

namespace makegood {

class event_listener;

// Wakes the streams of one lane's server when any lane has committed events. Owned by that lane's
// runtime, and by each of its listeners, which may outlive it until their connections are gone.
// Confined to the lane's thread but for ring().
class event_bell : public std::enable_shared_from_this<event_bell> {
public:
    struct limits {
        std::size_t lanes = 1;
        std::size_t listeners_max = 64;
        duration keep_alive{15'000};  // a silent stream says something so often
    };

    event_bell(boost::asio::io_context& io, stream_metrics counted, limits allowed);

    // That lane has committed events. From any thread; costs next to nothing while nobody listens.
    void ring(std::size_t lane);
    // Nothing when there are as many as there may be.
    [[nodiscard]] std::shared_ptr<event_listener> listen();

private:
    friend class event_listener;
    void wake();

    boost::asio::io_context& io_;
    const limits allowed_;
    stream_metrics counted_;
    std::vector<event_listener*> listeners_;

    // From any thread.
    std::atomic<std::size_t> listening_ = 0;
    std::vector<std::atomic<bool>> rung_;  // one a lane
    std::atomic<bool> is_woken_ = false;   // wake() is on its way
};

// One stream's ear: which lanes may have news for it. At first all of them. Counts as an open
// stream for as long as it lives. Shared, because the answer that holds it is copied.
class event_listener {
public:
    explicit event_listener(std::shared_ptr<event_bell> bell);
    ~event_listener();
    event_listener(const event_listener&) = delete;
    event_listener& operator=(const event_listener&) = delete;

    // A lane with news, each in its turn; the news count as heard.
    [[nodiscard]] std::optional<std::size_t> take_news();
    void has_news(std::size_t lane);
    [[nodiscard]] boost::asio::awaitable<void> wait_for_news(steady_instant until);
    [[nodiscard]] boost::asio::awaitable<void> wait_for_time(steady_instant until);

    [[nodiscard]] duration keep_alive() const { return bell_->allowed_.keep_alive; }
    [[nodiscard]] stream_metrics& counted() { return bell_->counted_; }

private:
    const std::shared_ptr<event_bell> bell_;
    boost::asio::steady_timer timer_;
    std::vector<bool> news_;  // by lane
    std::size_t turn_ = 0;    // of a lane
    bool waits_for_news_ = false;
};

}  // namespace makegood
