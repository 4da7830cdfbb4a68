#include "adapters/http/stream_socket.hpp"

#include <poll.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <boost/asio/error.hpp>
#include <cerrno>

namespace makegood::http {

namespace asio = boost::asio;
using boost::system::error_code;

namespace {

error_code last_error() {
    return {errno, boost::system::system_category()};
}

}  // namespace

stream_socket::stream_socket(asio::io_context& io)
    : io_(io), readiness_(asio::use_service<readiness>(io)) {}

stream_socket::~stream_socket() {
    close();
}

void stream_socket::adopt(asio::ip::tcp::socket connected) {
    close();
    error_code error;
    connected.set_option(asio::ip::tcp::no_delay(true), error);
    connected.native_non_blocking(true, error);
    const int descriptor = connected.release(error);
    if (error) return;
    may_read_ = may_write_ = true;
    ended_ = asked_for_room_ = false;
    if (readiness_.add(descriptor, *this)) {
        descriptor_ = descriptor;
    } else {
        ::close(descriptor);
    }
}

std::size_t stream_socket::read_some(asio::mutable_buffer into, error_code& error) {
    error = is_open() ? error_code() : asio::error::operation_aborted;
    if (error) return 0;
    if (!may_read_) {
        error = asio::error::would_block;
        return 0;
    }
    const auto bytes = ::recv(descriptor_, into.data(), into.size(), 0);
    if (bytes < 0) error = last_error();
    if (bytes == 0) error = asio::error::eof;
    if (error == asio::error::would_block) may_read_ = false;
    if (bytes <= 0) return 0;
    // Less than could have been: that was all, and what comes later will be told; except for the
    // end, which has been told already if it was told together with this.
    const auto received = static_cast<std::size_t>(bytes);
    if (received < into.size() && !ended_) may_read_ = false;
    return received;
}

std::size_t stream_socket::write_some(std::string_view text, error_code& error) {
    error = is_open() ? error_code() : asio::error::operation_aborted;
    if (error) return 0;
    const auto bytes = ::send(descriptor_, text.data(), text.size(), MSG_NOSIGNAL);
    if (bytes < 0) error = last_error();
    const std::size_t sent = bytes < 0 ? 0 : static_cast<std::size_t>(bytes);
    may_write_ = sent == text.size();
    if (!may_write_ && !asked_for_room_) {
        asked_for_room_ = true;
        readiness_.ask_for_room(descriptor_, *this);
    }
    return sent;
}

bool stream_socket::is_silent() {
    char byte = 0;
    const auto bytes = ::recv(descriptor_, &byte, 1, MSG_PEEK);
    may_read_ = bytes >= 0 || errno != EAGAIN;
    return !may_read_;
}

std::size_t stream_socket::available() const {
    int bytes = 0;
    return ::ioctl(descriptor_, FIONREAD, &bytes) == 0 ? static_cast<std::size_t>(bytes) : 0;
}

bool stream_socket::other_side_ended() const {
    pollfd asked{descriptor_, POLLRDHUP, 0};
    return ::poll(&asked, 1, 0) > 0;
}

void stream_socket::end_writing() {
    ::shutdown(descriptor_, SHUT_WR);
}

void stream_socket::cancel() {
    if (waiter_ != nullptr) go_on_later(false);
}

// Not from within: who cancels or closes may be in the middle of what the waiter would change.
void stream_socket::go_on_later(bool ready) {
    std::exchange(waiter_, nullptr)->go_on_later(io_, ready);
}

void stream_socket::close() {
    if (!is_open()) return;
    cancel();
    const int descriptor = std::exchange(descriptor_, -1);
    readiness_.remove(descriptor, *this);
    ::close(descriptor);
}

void stream_socket::ready(std::uint32_t events) {
    constexpr std::uint32_t end = EPOLLRDHUP | EPOLLHUP | EPOLLERR;
    if (events & end) ended_ = true;
    if (events & (EPOLLIN | end)) may_read_ = true;
    if (events & (EPOLLOUT | EPOLLHUP | EPOLLERR)) may_write_ = true;
    if (waiter_ != nullptr && *awaited_) std::exchange(waiter_, nullptr)->go_on(true);
}

void stream_socket::abandoned() {
    ::close(std::exchange(descriptor_, -1));
    if (waiter* taken = std::exchange(waiter_, nullptr)) taken->~waiter();
}

}  // namespace makegood::http
