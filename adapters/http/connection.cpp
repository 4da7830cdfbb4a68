#include "adapters/http/connection.hpp"

#include <sys/socket.h>

#include <array>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/connect.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace makegood::http {

namespace asio = boost::asio;
using asio::ip::tcp;
using boost::system::error_code;

namespace {

constexpr auto reported = asio::as_tuple(asio::use_awaitable);
// More interim answers than this before the final one are no honest server.
constexpr std::size_t interim_answers_max = 16;

// Whether the peer just hung up, as against a fault that people have to look into.
bool is_hang_up(const error_code& error) {
    return error == asio::error::eof || error == asio::error::connection_reset
           || error == asio::error::broken_pipe;
}

bool is_interim(unsigned status) {
    return status >= 100 && status < 200;
}

}  // namespace

connection::connection(
    asio::io_context& io,
    std::shared_ptr<deadline_watch> deadlines,
    reader_limits limits,
    idle_end on_idle_end
)
    : entry(std::move(deadlines)),
      on_idle_end_(std::move(on_idle_end)),
      socket_(io),
      reader_(limits) {}

asio::awaitable<std::string> connection::open(
    std::shared_ptr<endpoint_source> endpoints, instant deadline
) {
    const auto addresses = co_await endpoint_source::find(endpoints, deadline);
    if (ending_ == ending::cut) co_return "the client was closed";
    if (addresses.empty()) co_return "the host name could not be resolved";
    ending_ = ending::none;
    arm(deadline);
    auto connecting = asio::async_connect(socket_, addresses, reported);
    const auto [error, address] = co_await std::move(connecting);
    disarm();
    if (!error && !is_connected_to_itself()) {
        error_code ignored;
        socket_.set_option(tcp::no_delay(true), ignored);
        socket_.non_blocking(true, ignored);
        co_return std::string();
    }
    endpoints->forget();
    close();
    if (!error) co_return "nobody listens there";
    if (ending_ == ending::deadline) co_return "no connection within the time allowed";
    co_return error.message();
}

// Linux connects a socket to itself when the port asked for happens to be the ephemeral one it
// chose.
bool connection::is_connected_to_itself() const {
    error_code error;
    const auto own = socket_.local_endpoint(error);
    return !error && own == socket_.remote_endpoint(error);
}

asio::awaitable<connection::outcome> connection::exchange(
    const std::string& text, bool is_head, instant deadline
) {
    is_head_ = is_head;
    is_resting_ = false;
    ending_ = ending::none;
    reader_.begin(is_head);
    arm(deadline);
    outcome ended;
    const error_code sending = co_await send(text, ended.sent);
    error_code receiving = sending;
    // A server that refuses early closes while the request is still being sent; its answer counts.
    if (ended.sent && ending_ == ending::none) receiving = co_await receive();
    disarm();
    ended.answered = reader_.started();
    ended.result = conclude(sending, receiving, ended.sent);
    const bool is_answer = std::holds_alternative<response>(ended.result);
    if (!is_answer || sending || !reader_.keep_alive() || reader_.buffered() > 0) close();
    co_return ended;
}

asio::awaitable<error_code> connection::send(const std::string& text, bool& sent) {
    error_code error;
    std::size_t bytes = socket_.write_some(asio::buffer(text), error);
    if (error == asio::error::would_block) error.clear();
    sent = bytes > 0;
    while (!error && bytes < text.size()) {
        auto writing = socket_.async_write_some(asio::buffer(text) + bytes, reported);
        const auto [failed, more] = co_await std::move(writing);
        error = failed;
        bytes += more;
        sent = bytes > 0;
    }
    co_return error;
}

asio::awaitable<error_code> connection::receive() {
    std::size_t interim = 0;
    for (;;) {
        reader_stage stage = reader_.advance();
        if (stage == reader_stage::body) stage = reader_.advance();
        if (stage == reader_stage::failed) co_return error_code();
        if (stage == reader_stage::complete) {
            if (!is_interim(reader_.message().status)) co_return error_code();
            if (++interim > interim_answers_max) co_return error_code();
            reader_.begin(is_head_);
            continue;
        }
        auto reading = socket_.async_read_some(reader_.room(), reported);
        const auto [error, bytes] = co_await std::move(reading);
        if (error == asio::error::eof && reader_.end_of_stream() == reader_stage::complete) {
            co_return error_code();
        }
        if (error) co_return error;
        reader_.received(bytes);
    }
}

exchange_result connection::conclude(error_code sending, error_code receiving, bool sent) {
    const auto ended_as = [](exchange_failure kind, std::string detail) {
        return exchange_result(failure{kind, std::move(detail)});
    };
    switch (reader_.fault()) {
        case reader_fault::none: break;
        case reader_fault::header_too_large:
        case reader_fault::body_too_large:
            return ended_as(exchange_failure::oversized, reader_.fault_detail());
        case reader_fault::malformed:
        case reader_fault::unsupported_coding:
            return ended_as(exchange_failure::malformed, reader_.fault_detail());
    }
    if (sent && !receiving) {
        if (!is_interim(reader_.message().status)) return std::move(reader_.message());
        return ended_as(exchange_failure::malformed, "too many interim answers");
    }
    const error_code& error = sending ? sending : receiving;
    std::string detail = is_hang_up(error) ? "the connection was closed" : error.message();
    if (ending_ == ending::cut) detail = "the client was closed";
    if (!sent) return ended_as(exchange_failure::not_sent, std::move(detail));
    if (ending_ == ending::deadline) {
        return ended_as(exchange_failure::timed_out, "no answer before the deadline");
    }
    return ended_as(exchange_failure::cut, std::move(detail));
}

bool connection::is_usable() {
    std::array<char, 1> byte;
    error_code error;
    socket_.receive(asio::buffer(byte), MSG_PEEK, error);
    return error == asio::error::would_block;
}

void connection::rest_until(instant at) {
    is_resting_ = true;
    arm(at);
}

void connection::deadline_passed() {
    if (is_resting_) {
        const idle_end end = on_idle_end_;  // a copy, as the original goes with this connection
        return end(*this);
    }
    ending_ = ending::deadline;
    close();
}

void connection::close() {
    disarm();
    error_code ignored;
    socket_.close(ignored);
}

void connection::cut() {
    ending_ = ending::cut;
    close();
}

}  // namespace makegood::http
