#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

namespace makegood {

// Unpredictable bytes from the kernel, fetched in advance because a system call for every id would
// cost more than the id. One thread; every lane has its own.
class entropy {
public:
    template <std::size_t Count>
    [[nodiscard]] std::array<std::uint8_t, Count> take() {
        static_assert(Count <= ahead_bytes);
        std::array<std::uint8_t, Count> taken;
        take_into(taken.data(), Count);
        return taken;
    }

private:
    static constexpr std::size_t ahead_bytes = 4096;

    // Throws std::system_error when the kernel has none to give.
    void take_into(std::uint8_t* to, std::size_t count);
    void refill();

    std::array<std::uint8_t, ahead_bytes> ahead_;
    std::size_t used_ = ahead_bytes;
};

}  // namespace makegood
