#include "adapters/clock/entropy.hpp"

#include <sys/random.h>

#include <cerrno>
#include <cstring>
#include <system_error>

namespace makegood {

void entropy::take_into(std::uint8_t* to, std::size_t count) {
    if (ahead_.size() - used_ < count) refill();
    std::memcpy(to, ahead_.data() + used_, count);
    used_ += count;
}

void entropy::refill() {
    std::size_t filled = 0;
    while (filled < ahead_.size()) {
        const ssize_t got = ::getrandom(ahead_.data() + filled, ahead_.size() - filled, 0);
        if (got > 0) {
            filled += static_cast<std::size_t>(got);
        } else if (errno != EINTR) {
            throw std::system_error(
                errno, std::generic_category(), "the kernel gives no random bytes (getrandom)"
            );
        }
    }
    used_ = 0;
}

}  // namespace makegood
