#pragma once

#include <optional>

#include "adapters/clock/clock.hpp"

namespace makegood::kafka {

// What one thread sleeps on: other threads wake it, and so does librdkafka, which writes to the
// descriptor when it has something to tell. Many signals before a wait are one.
class wake_up {
public:
    wake_up();  // throws std::system_error when the process has no descriptor left
    ~wake_up();
    wake_up(const wake_up&) = delete;
    wake_up& operator=(const wake_up&) = delete;

    // From any thread.
    void signal() noexcept;
    // Sleeps until somebody signals or has signalled, or until then; one thread only.
    void wait(std::optional<steady_instant> until) noexcept;

    // Whoever writes eight bytes with the number 1 to it signals.
    [[nodiscard]] int descriptor() const { return descriptor_; }

private:
    const int descriptor_;
};

}  // namespace makegood::kafka
