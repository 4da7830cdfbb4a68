#include "running_server.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace makegood::http::testing {

namespace asio = boost::asio;

asio::awaitable<response> echo(const request& asked) {
    response answer;
    answer.content_type = "text/plain";
    answer.body = asked.method + " " + asked.target + " " + asked.body;
    co_return answer;
}

running_server::running_server(server_options options, handler handle) {
    loop_.call([this, &options, &handle] {
        server_.emplace(loop_.io(), std::move(options), std::move(handle));
        server_->start();
    });
    port_ = server_->port();
}

running_server::~running_server() {
    destroy();
}

std::size_t running_server::connections() {
    return loop_.call([this] { return server_->connections(); });
}

bool running_server::reaches_connections(std::size_t count) {
    return loop_.eventually([this, count] { return server_->connections() == count; });
}

std::future<void> running_server::drain(std::chrono::milliseconds how_long) {
    auto draining = loop_.call([this, how_long] { return server_->drain(how_long); });
    return loop_.start(std::move(draining));
}

void running_server::destroy() {
    // A loop that was stopped has no thread any more that could be disturbed.
    if (loop_.is_stopped()) return server_.reset();
    loop_.call([this] { server_.reset(); });
}

asio::awaitable<response> held_handler::operator()(const request& asked) {
    asio::steady_timer timer(
        co_await asio::this_coro::executor, asio::steady_timer::time_point::max()
    );
    held_.push_back(&timer);
    ++arrived;
    if (!is_let_go_) {
        auto waiting = timer.async_wait(asio::as_tuple(asio::use_awaitable));
        co_await std::move(waiting);
    }
    std::erase(held_, &timer);
    ++left;
    response answer;
    answer.body = "held " + asked.target;
    co_return answer;
}

handler held_handler::as_handler() {
    return [this](const request& asked) { return (*this)(asked); };
}

void held_handler::let_go(event_loop& loop) {
    loop.call([this] {
        is_let_go_ = true;
        for (asio::steady_timer* timer : held_)
            timer->cancel();
    });
}

}  // namespace makegood::http::testing
