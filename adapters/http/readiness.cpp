#include "adapters/http/readiness.hpp"

#include <algorithm>
#include <boost/asio/post.hpp>
#include <cerrno>
#include <system_error>

namespace makegood::http {

namespace asio = boost::asio;

namespace {

constexpr std::uint32_t reading = EPOLLIN | EPOLLRDHUP | EPOLLET;

int new_epoll_descriptor() {
    const int descriptor = ::epoll_create1(EPOLL_CLOEXEC);
    if (descriptor < 0) throw std::system_error(errno, std::system_category(), "epoll_create1");
    return descriptor;
}

}  // namespace

readiness::readiness(asio::io_context& io)
    : asio::execution_context::service(io), epoll_(io, new_epoll_descriptor()) {}

readiness::~readiness() = default;

bool readiness::add(int descriptor, entry& newcomer) {
    epoll_event asked{reading, {&newcomer}};
    if (::epoll_ctl(epoll_.native_handle(), EPOLL_CTL_ADD, descriptor, &asked) != 0) return false;
    entries_.push_back(newcomer);
    if (!listening_) listen();
    return true;
}

void readiness::ask_for_room(int descriptor, entry& writer) {
    epoll_event asked{reading | EPOLLOUT, {&writer}};
    ::epoll_ctl(epoll_.native_handle(), EPOLL_CTL_MOD, descriptor, &asked);
}

void readiness::remove(int descriptor, entry& leaver) {
    epoll_event unused{};
    ::epoll_ctl(epoll_.native_handle(), EPOLL_CTL_DEL, descriptor, &unused);
    entries_.erase(entries_.iterator_to(leaver));
    for (std::size_t index = told_; index < reported_; ++index) {
        if (events_[index].data.ptr == &leaver) events_[index].data.ptr = nullptr;
    }
    // A wait without purpose would keep io_context::run() from returning.
    if (entries_.empty()) epoll_.cancel();
}

void readiness::shutdown() {
    while (!entries_.empty()) {
        entry& last = entries_.back();
        entries_.pop_back();
        last.abandoned();
    }
    boost::system::error_code ignored;
    epoll_.close(ignored);
}

void readiness::listen() {
    listening_ = true;
    epoll_.async_wait(
        asio::posix::descriptor_base::wait_read,
        [this](const boost::system::error_code&) {
            listening_ = false;
            if (!entries_.empty()) tell();
        }
    );
}

void readiness::tell() {
    // Also when an entry throws, which io_context::run() passes on.
    struct listening_again {
        readiness& self;
        ~listening_again() {
            self.told_ = self.reported_ = 0;
            if (!self.entries_.empty() && !self.listening_) self.listen();
        }
    };
    const listening_again at_the_end{*this};
    const int found =
        ::epoll_wait(epoll_.native_handle(), events_.data(), static_cast<int>(events_.size()), 0);
    reported_ = static_cast<std::size_t>(std::max(found, 0));
    while (told_ < reported_) {
        const epoll_event& next = events_[told_++];
        if (next.data.ptr != nullptr) static_cast<entry*>(next.data.ptr)->ready(next.events);
    }
}

}  // namespace makegood::http
