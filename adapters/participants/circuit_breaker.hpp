#pragma once

#include <cstdint>
#include <optional>

#include "adapters/clock/clock.hpp"
#include "adapters/participants/backend_options.hpp"

namespace makegood {

// Holds calls back while a backend fails, and lets one probe through at a time until it works
// again. It delays and never decides: what is held back is tried later under the same key. Pure:
// time comes as a value. Owned by the backend that it guards, on the lane's thread.
class circuit_breaker {
public:
    enum class state : std::uint8_t { closed, half_open, open };

    explicit circuit_breaker(const breaker_options& options) : options_(options) {}

    // Nothing when the call may go; else until when it is held back. `chance` spreads what is held
    // back over the time after the probe, so that the crowd does not return at once; any well-mixed
    // number. Every call that may go must be followed by succeeded() or failed().
    [[nodiscard]] std::optional<steady_instant> admit(steady_instant now, std::uint64_t chance);
    void succeeded(steady_instant now);
    void failed(steady_instant now);

    [[nodiscard]] state current(steady_instant now) const;
    [[nodiscard]] steady_instant open_until() const { return open_until_; }

private:
    void open(steady_instant now);
    void close();
    [[nodiscard]] duration open_time() const;

    breaker_options options_;
    bool closed_ = true;
    bool probing_ = false;
    steady_instant open_until_{};
    std::uint32_t times_opened_ = 0;  // since it was last closed
    std::uint32_t failures_in_a_row_ = 0;
    // Of the sample that is being filled; a full one is judged and the next begins.
    std::uint32_t sample_calls_ = 0;
    std::uint32_t sample_failures_ = 0;
};

}  // namespace makegood
