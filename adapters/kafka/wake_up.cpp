#include "adapters/kafka/wake_up.hpp"

#include <poll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <system_error>

#include "engine/assert.hpp"

namespace makegood::kafka {
namespace {

int milliseconds_until(std::optional<steady_instant> until) {
    if (!until) return -1;
    // Rounded up: waking early would mean to wait once more.
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(*until - steady_now());
    return static_cast<int>(std::clamp<std::int64_t>(left.count(), 0, 3'600'000));
}

}  // namespace

wake_up::wake_up() : descriptor_(::eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC)) {
    if (descriptor_ < 0) throw std::system_error(errno, std::generic_category(), "eventfd");
}

wake_up::~wake_up() {
    ::close(descriptor_);
}

void wake_up::signal() noexcept {
    // It fails only when the counter is full, and then the sleeper is awake already.
    static_cast<void>(::eventfd_write(descriptor_, 1));
}

void wake_up::wait(std::optional<steady_instant> until) noexcept {
    pollfd watched{.fd = descriptor_, .events = POLLIN, .revents = 0};
    const int ready = ::poll(&watched, 1, milliseconds_until(until));
    ASSERT(ready >= 0 || errno == EINTR);
    eventfd_t count = 0;
    static_cast<void>(::eventfd_read(descriptor_, &count));
}

}  // namespace makegood::kafka
