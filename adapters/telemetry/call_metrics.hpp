#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>

#include "adapters/telemetry/metrics.hpp"

namespace prometheus {
class Counter;
class Gauge;
class Histogram;
}  // namespace prometheus

namespace makegood {

// How one attempt of a call ended, as the metrics tell them apart.
enum class attempt_end : std::uint8_t {
    success,       // 2xx
    client_error,  // 4xx, and whatever else is neither 2xx nor 5xx
    server_error,  // 5xx
    no_answer,     // it may have been seen
    not_sent,      // it was surely not seen
    deferred,      // held back by the circuit
};

// Counts attempts of backend calls. One per lane, used on its thread; the metrics object outlives
// it.
class call_metrics {
public:
    call_metrics(metrics& all, const definition_registry& registry, std::size_t lane);

    void attempted(call_name call, bool is_retry);
    void ended(call_name call, attempt_end how, std::chrono::nanoseconds took);
    // 0 closed, 1 half open, 2 open.
    void circuit(const std::string& backend, int state);

private:
    static constexpr std::size_t ends_count = 6;
    struct of_call {
        std::array<prometheus::Counter*, ends_count> ended{};
        prometheus::Counter* retries = nullptr;
        prometheus::Histogram* seconds = nullptr;
    };
    of_call resolve(std::string_view call);

    metrics& all_;
    std::string lane_;
    std::unordered_map<std::string_view, of_call> by_call_;
};

}  // namespace makegood
