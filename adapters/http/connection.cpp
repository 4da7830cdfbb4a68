#include "adapters/http/connection.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/connect.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "adapters/http/wire_text.hpp"

namespace makegood::http {

namespace asio = boost::asio;
using asio::ip::tcp;
using boost::system::error_code;

namespace {

constexpr auto reported = asio::as_tuple(asio::use_awaitable);
// More interim answers than this before the final one are no honest server.
constexpr std::size_t interim_answers_max = 16;
// A request's buffer is kept for the next one up to this size.
constexpr std::size_t request_bytes_kept_max = 64 * 1024;

// Whether the peer just hung up, as against a fault that people have to look into.
bool is_hang_up(const error_code& error) {
    return error == asio::error::eof || error == asio::error::connection_reset
           || error == asio::error::broken_pipe;
}

bool is_interim(unsigned status) {
    return status >= 100 && status < 200;
}

// Linux connects a socket to itself when the port asked for happens to be the ephemeral one it
// chose.
bool is_connected_to_itself(const tcp::socket& socket) {
    error_code error;
    const auto own = socket.local_endpoint(error);
    return !error && own == socket.remote_endpoint(error);
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
      connecting_(io),
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
    auto connecting = asio::async_connect(connecting_, addresses, reported);
    const auto [error, address] = co_await std::move(connecting);
    disarm();
    if (!error && !is_connected_to_itself(connecting_)) {
        socket_.adopt(std::move(connecting_));
        co_return is_open() ? std::string() : "the system has no room for a connection";
    }
    endpoints->forget();
    close();
    if (!error) co_return "nobody listens there";
    if (ending_ == ending::deadline) co_return "no connection within the time allowed";
    co_return error.message();
}

void connection::prepare(const request& message, const origin& where) {
    if (text_.capacity() > request_bytes_kept_max) std::string().swap(text_);
    text_.clear();
    append_request(text_, message, where);
    is_head_ = message.method == "HEAD";
}

asio::awaitable<void> connection::exchange(instant deadline) {
    is_resting_ = false;
    ending_ = ending::none;
    interim_answers_ = 0;
    reader_.begin(is_head_);
    arm(deadline);
    const std::size_t bytes = socket_.write_some(text_, sending_);
    sent_ = bytes > 0;
    if (bytes < text_.size()) co_await send_rest(bytes);
    receiving_ = sending_;
    // A server that refuses early closes while the request is still being sent; its answer counts.
    while (sent_ && ending_ == ending::none && !receive()) {
        auto waiting = socket_.readable();
        co_await std::move(waiting);
    }
    disarm();
    if (!is_answered() || sending_ || !reader_.keep_alive() || reader_.buffered() > 0) close();
}

asio::awaitable<void> connection::send_rest(std::size_t bytes) {
    while (sending_ == asio::error::would_block || (!sending_ && bytes < text_.size())) {
        auto waiting = socket_.writable();
        co_await std::move(waiting);
        bytes += socket_.write_some(std::string_view(text_).substr(bytes), sending_);
        sent_ = bytes > 0;
    }
}

// As far as it goes without waiting; true when nothing more is to come.
bool connection::receive() {
    while (!understand()) {
        const std::size_t bytes = socket_.read_some(reader_.room(), receiving_);
        if (receiving_ == asio::error::would_block) return false;
        if (receiving_ == asio::error::eof && reader_.end_of_stream() == reader_stage::complete) {
            receiving_ = {};
            return true;
        }
        if (receiving_) return true;
        reader_.received(bytes);
    }
    receiving_ = {};
    return true;
}

// What has come; true when nothing more has to.
bool connection::understand() {
    for (;;) {
        reader_stage stage = reader_.advance();
        if (stage == reader_stage::body) stage = reader_.advance();
        if (stage == reader_stage::failed) return true;
        if (stage != reader_stage::complete) return false;
        if (!is_interim(reader_.message().status)) return true;
        if (++interim_answers_ > interim_answers_max) return true;
        reader_.begin(is_head_);
    }
}

bool connection::is_answered() {
    const bool is_whole = sent_ && !receiving_ && reader_.fault() == reader_fault::none;
    return is_whole && !is_interim(reader_.message().status);
}

bool connection::was_stale() const {
    if (reader_.started() || reader_.fault() != reader_fault::none) return false;
    return !sent_ || ending_ == ending::none;
}

exchange_result connection::take_result() {
    if (is_answered()) return std::move(reader_.message());
    return failure{failure_kind(), failure_detail()};
}

exchange_failure connection::failure_kind() const {
    switch (reader_.fault()) {
        case reader_fault::none: break;
        case reader_fault::header_too_large:
        case reader_fault::body_too_large: return exchange_failure::oversized;
        case reader_fault::malformed:
        case reader_fault::unsupported_coding: return exchange_failure::malformed;
    }
    if (sent_ && !receiving_) return exchange_failure::malformed;
    if (!sent_) return exchange_failure::not_sent;
    return ending_ == ending::deadline ? exchange_failure::timed_out : exchange_failure::cut;
}

std::string connection::failure_detail() const {
    if (reader_.fault() != reader_fault::none) return reader_.fault_detail();
    if (sent_ && !receiving_) return "too many interim answers";
    if (ending_ == ending::cut) return "the client was closed";
    if (sent_ && ending_ == ending::deadline) return "no answer before the deadline";
    const error_code& error = sending_ ? sending_ : receiving_;
    return is_hang_up(error) ? "the connection was closed" : error.message();
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
    connecting_.close(ignored);
    socket_.close();
}

void connection::cut() {
    ending_ = ending::cut;
    close();
}

}  // namespace makegood::http
