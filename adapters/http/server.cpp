#include "adapters/http/server.hpp"

#include <sys/socket.h>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <new>
#include <system_error>
#include <utility>

#include "adapters/http/session.hpp"

namespace makegood::http {

namespace asio = boost::asio;
using asio::ip::tcp;
using boost::system::error_code;

namespace {

constexpr auto reported = asio::as_tuple(asio::use_awaitable);

[[noreturn]] void refuse_to_listen(const server_options& options, const error_code& error) {
    const std::string place = options.address + ":" + std::to_string(options.port);
    throw std::system_error(std::error_code(error), "cannot listen on " + place);
}

tcp::endpoint place_of(const server_options& options) {
    error_code error;
    const std::string& named = options.address;
    const auto address = asio::ip::make_address(named == "localhost" ? "127.0.0.1" : named, error);
    if (error) refuse_to_listen(options, error);
    return {address, options.port};
}

void share_port(tcp::acceptor& acceptor, error_code& error) {
    const int on = 1;
    const int failed =
        ::setsockopt(acceptor.native_handle(), SOL_SOCKET, SO_REUSEPORT, &on, sizeof on);
    if (failed != 0) error.assign(errno, boost::system::system_category());
}

tcp::acceptor listen(asio::io_context& io, const server_options& options) {
    const tcp::endpoint place = place_of(options);
    tcp::acceptor acceptor(io);
    error_code error;
    acceptor.open(place.protocol(), error);
    if (!error) acceptor.set_option(tcp::acceptor::reuse_address(true), error);
    if (!error && options.shares_port) share_port(acceptor, error);
    if (!error) acceptor.bind(place, error);
    if (!error) acceptor.listen(tcp::acceptor::max_listen_connections, error);
    if (!error) acceptor.non_blocking(true, error);
    if (error) refuse_to_listen(options, error);
    return acceptor;
}

}  // namespace

struct server::implementation final : session_host,
                                      std::enable_shared_from_this<server::implementation> {
    implementation(asio::io_context& context, server_options limits, handler answers)
        : session_host(context, std::move(limits), std::move(answers)),
          acceptor(listen(context, options)),
          place(acceptor.local_endpoint()),
          room(context),
          emptied(context) {}

    static asio::awaitable<void> accept(std::shared_ptr<implementation> self);
    static asio::awaitable<void> drain(
        std::shared_ptr<implementation> self, std::chrono::milliseconds patience
    );
    bool begin_session(tcp::socket socket);
    void make_room();
    asio::awaitable<void> wait_for_room();
    asio::awaitable<void> pause();
    void session_ended() override;
    void stop_accepting();
    void accept_the_rest();
    void cut();

    tcp::acceptor acceptor;
    const tcp::endpoint place;
    asio::steady_timer room;     // cancelled when a session ends
    asio::steady_timer emptied;  // cancelled when the last session ends while draining
};

asio::awaitable<void> server::implementation::accept(std::shared_ptr<implementation> self) {
    while (self->acceptor.is_open()) {
        if (self->connection_count >= self->options.connections_max) {
            self->make_room();
            co_await self->wait_for_room();
            continue;
        }
        auto accepting = self->acceptor.async_accept(reported);
        auto [error, socket] = co_await std::move(accepting);
        if (error == asio::error::connection_aborted || self->draining) continue;
        const bool is_started = !error && self->begin_session(std::move(socket));
        // Out of descriptors or memory: trying again at once would only spin.
        if (!is_started) co_await self->pause();
        self->accept_the_rest();
    }
}

// A crowd that connects at once is let in within one pass of the loop, not one by one between the
// requests of those who are in already.
void server::implementation::accept_the_rest() {
    error_code error;
    while (connection_count < options.connections_max) {
        tcp::socket socket(io);
        acceptor.accept(socket, error);
        if (error || !begin_session(std::move(socket))) return;
    }
}

bool server::implementation::begin_session(tcp::socket socket) try {
    start_session(shared_from_this(), std::move(socket));
    return true;
} catch (const std::bad_alloc&) {
    return false;
}

// Clients that gave up on their long polls must not keep others out until the polls are over, nor
// those that keep connections for later. Of these the one that has been idle for longest goes, and
// no more than are needed for one to come in.
void server::implementation::make_room() {
    for (auto each = sessions.begin(); each != sessions.end();)
        (each++)->give_way();
    const instant idle_before = steady_now() - options.idle_time_min;
    for (auto each = sessions.begin(); each != sessions.end();) {
        if (connection_count < options.connections_max) return;
        if ((each++)->close_if_idle(idle_before)) return;
    }
}

asio::awaitable<void> server::implementation::wait_for_room() {
    room.expires_after(options.make_room_interval);
    auto waiting = room.async_wait(reported);
    co_await std::move(waiting);
}

asio::awaitable<void> server::implementation::pause() {
    if (!acceptor.is_open()) co_return;
    asio::steady_timer timer(io, options.accept_pause);
    auto waiting = timer.async_wait(reported);
    co_await std::move(waiting);
}

asio::awaitable<void> server::implementation::drain(
    std::shared_ptr<implementation> self, std::chrono::milliseconds patience
) {
    self->stop_accepting();
    for (session& each : self->sessions)
        each.drain();
    if (!self->sessions.empty()) {
        self->emptied.expires_after(patience);
        auto waiting = self->emptied.async_wait(reported);
        co_await std::move(waiting);
    }
    self->cut();
}

void server::implementation::session_ended() {
    room.cancel();
    if (draining && sessions.empty()) emptied.cancel();
}

void server::implementation::stop_accepting() {
    draining = true;
    error_code ignored;
    acceptor.close(ignored);
    room.cancel();
}

void server::implementation::cut() {
    for (auto each = sessions.begin(); each != sessions.end();)
        (each++)->cut();
}

server::server(asio::io_context& io, server_options options, handler handle)
    : implementation_(std::make_shared<implementation>(io, std::move(options), std::move(handle))) {
}

server::~server() {
    implementation_->stop_accepting();
    implementation_->cut();
}

void server::start() {
    asio::co_spawn(implementation_->io, implementation::accept(implementation_), asio::detached);
}

std::uint16_t server::port() const {
    return implementation_->place.port();
}

std::size_t server::connections() const {
    return implementation_->connection_count;
}

asio::awaitable<void> server::drain(std::chrono::milliseconds patience) {
    return implementation::drain(implementation_, patience);
}

}  // namespace makegood::http
