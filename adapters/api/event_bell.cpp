#include "adapters/api/event_bell.hpp"

#include <algorithm>
#include <boost/asio/post.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <utility>

#include "engine/assert.hpp"

namespace makegood {

namespace asio = boost::asio;

event_bell::event_bell(asio::io_context& io, stream_metrics counted, limits allowed)
    : io_(io), allowed_(allowed), counted_(counted), rung_(allowed.lanes) {}

void event_bell::ring(std::size_t lane) {
    if (listening_ == 0) return;
    rung_.at(lane) = true;
    // Of many commits in a row one wakes.
    if (is_woken_.exchange(true)) return;
    asio::post(io_, [self = shared_from_this()] { self->wake(); });
}

void event_bell::wake() {
    is_woken_ = false;
    for (std::size_t lane = 0; lane < rung_.size(); ++lane) {
        if (!rung_[lane].exchange(false)) continue;
        for (event_listener* const each : listeners_)
            each->has_news(lane);
    }
}

std::shared_ptr<event_listener> event_bell::listen() {
    if (listeners_.size() >= allowed_.listeners_max) return nullptr;
    return std::make_shared<event_listener>(shared_from_this());
}

event_listener::event_listener(std::shared_ptr<event_bell> bell)
    : bell_(std::move(bell)), timer_(bell_->io_), news_(bell_->allowed_.lanes, true) {
    bell_->listeners_.push_back(this);
    bell_->listening_ = bell_->listeners_.size();
    bell_->counted_.open(bell_->listeners_.size());
}

event_listener::~event_listener() {
    const auto removed = std::erase(bell_->listeners_, this);
    ASSERT(removed == 1);
    bell_->listening_ = bell_->listeners_.size();
    bell_->counted_.open(bell_->listeners_.size());
}

std::optional<std::size_t> event_listener::take_news() {
    for (std::size_t tried = 0; tried < news_.size(); ++tried) {
        const std::size_t lane = turn_;
        turn_ = (turn_ + 1) % news_.size();
        if (!news_[lane]) continue;
        news_[lane] = false;
        return lane;
    }
    return std::nullopt;
}

void event_listener::has_news(std::size_t lane) {
    news_.at(lane) = true;
    if (waits_for_news_) timer_.cancel();
}

asio::awaitable<void> event_listener::wait_for_news(steady_instant until) {
    waits_for_news_ = true;
    auto waiting = wait_for_time(until);
    co_await std::move(waiting);
    waits_for_news_ = false;
}

asio::awaitable<void> event_listener::wait_for_time(steady_instant until) {
    timer_.expires_at(until);
    boost::system::error_code ignored;  // a connection that is cut ends at its next wait
    auto waiting = timer_.async_wait(asio::redirect_error(asio::use_awaitable, ignored));
    co_await std::move(waiting);
}

}  // namespace makegood
