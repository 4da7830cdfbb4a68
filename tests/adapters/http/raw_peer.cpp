#include "raw_peer.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <stdexcept>
#include <utility>

namespace makegood::http::testing {

namespace {

constexpr int patience_ms = 20'000;

void await(int descriptor, short events, const char* what) {
    pollfd watched{descriptor, events, 0};
    if (::poll(&watched, 1, patience_ms) != 1) throw std::runtime_error(std::string(what));
}

bool is_readable(int descriptor) {
    pollfd watched{descriptor, POLLIN, 0};
    return ::poll(&watched, 1, 0) == 1;
}

sockaddr_in loopback(std::uint16_t port) {
    sockaddr_in place{};
    place.sin_family = AF_INET;
    place.sin_port = htons(port);
    place.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    return place;
}

template <typename Call>
int check(Call result, const char* what) {
    if (result < 0) throw std::runtime_error(std::string(what) + " failed");
    return static_cast<int>(result);
}

std::size_t length_told_by(const std::string& header) {
    constexpr std::string_view name = "Content-Length: ";
    const auto at = header.find(name);
    return at == std::string::npos ? 0 : std::stoul(header.substr(at + name.size()));
}

}  // namespace

unsigned raw_message::status() const {
    if (!header.starts_with("HTTP/1.1 ")) return 0;
    return static_cast<unsigned>(std::stoul(header.substr(9, 3)));
}

raw_peer::raw_peer() : descriptor_(check(::socket(AF_INET, SOCK_STREAM, 0), "socket")) {}

raw_peer::raw_peer(std::uint16_t port) : raw_peer() {
    connect(port);
}

void raw_peer::connect(std::uint16_t port) {
    const sockaddr_in place = loopback(port);
    const auto* address = reinterpret_cast<const sockaddr*>(&place);
    check(::connect(descriptor_, address, sizeof place), "connect");
}

raw_peer::~raw_peer() {
    if (descriptor_ >= 0) ::close(descriptor_);
}

raw_peer::raw_peer(raw_peer&& other) noexcept
    : descriptor_(std::exchange(other.descriptor_, -1)), heard_(std::move(other.heard_)) {}

void raw_peer::say(std::string_view text) {
    if (!try_say(text)) throw std::runtime_error("the other side closed while it was spoken to");
}

bool raw_peer::try_say(std::string_view text) {
    while (!text.empty()) {
        const auto said =
            ::send(descriptor_, text.data(), text.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
        if (said >= 0) {
            text.remove_prefix(static_cast<std::size_t>(said));
        } else if (errno == EAGAIN) {
            await(descriptor_, POLLOUT, "the other side does not read");
        } else {
            return false;
        }
    }
    return true;
}

bool raw_peer::receive() {
    await(descriptor_, POLLIN, "nothing more was heard");
    std::array<char, 16 * 1024> bytes;
    const auto received = ::recv(descriptor_, bytes.data(), bytes.size(), 0);
    was_reset_ = received < 0;
    if (received > 0) heard_.append(bytes.data(), static_cast<std::size_t>(received));
    return received > 0;
}

std::string raw_peer::take(std::size_t bytes) {
    std::string taken = heard_.substr(0, bytes);
    heard_.erase(0, bytes);
    return taken;
}

raw_message raw_peer::hear_header() {
    constexpr std::string_view end = "\r\n\r\n";
    while (heard_.find(end) == std::string::npos) {
        if (!receive()) throw std::runtime_error("the stream ended before a header: " + heard_);
    }
    return {take(heard_.find(end) + end.size()), {}};
}

raw_message raw_peer::hear() {
    raw_message message = hear_header();
    message.body = hear_bytes(length_told_by(message.header));
    return message;
}

std::string raw_peer::hear_bytes(std::size_t bytes) {
    while (heard_.size() < bytes) {
        if (!receive()) throw std::runtime_error("the stream ended early: " + heard_);
    }
    return take(bytes);
}

std::string raw_peer::hear_all() {
    while (receive()) {
    }
    return take(heard_.size());
}

bool raw_peer::hears_something() const {
    return is_readable(descriptor_);
}

void raw_peer::hear_end() {
    const std::string rest = hear_all();
    if (!rest.empty()) throw std::runtime_error("expected the end of the stream, heard: " + rest);
    if (was_reset_) throw std::runtime_error("the connection was reset instead of closed");
}

void raw_peer::finish() {
    ::shutdown(descriptor_, SHUT_WR);
}

void raw_peer::reset() {
    const linger at_once{1, 0};
    ::setsockopt(descriptor_, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
    ::close(std::exchange(descriptor_, -1));
}

raw_listener::raw_listener(int backlog)
    : descriptor_(check(::socket(AF_INET, SOCK_STREAM, 0), "socket")) {
    sockaddr_in place = loopback(0);
    socklen_t size = sizeof place;
    auto* address = reinterpret_cast<sockaddr*>(&place);
    check(::bind(descriptor_, address, size), "bind");
    check(::listen(descriptor_, backlog), "listen");
    check(::getsockname(descriptor_, address, &size), "getsockname");
    port_ = ntohs(place.sin_port);
}

raw_listener::~raw_listener() {
    close();
}

raw_peer raw_listener::accept() {
    await(descriptor_, POLLIN, "nobody connected");
    return raw_peer::adopt(check(::accept(descriptor_, nullptr, nullptr), "accept"));
}

bool raw_listener::has_waiting() const {
    return is_readable(descriptor_);
}

void raw_listener::close() {
    if (descriptor_ >= 0) ::close(std::exchange(descriptor_, -1));
}

}  // namespace makegood::http::testing
