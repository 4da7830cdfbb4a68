#include "adapters/telemetry/call_metrics.hpp"

#include "adapters/telemetry/metric_families.hpp"

namespace makegood {

call_metrics::call_metrics(metrics& all, const definition_registry& registry, std::size_t lane)
    : all_(all), lane_(std::to_string(lane)) {
    for (const auto& each : registry.all()) {
        for (const call_spec& call : each->calls()) {
            by_call_.try_emplace(call.name.value, resolve(call.name.value));
        }
    }
}

call_metrics::of_call call_metrics::resolve(std::string_view call) {
    static constexpr std::array<const char*, ends_count> texts = {
        "success", "client_error", "server_error", "no_answer", "not_sent", "deferred"};
    metric_families& families = all_.families();
    const std::string name(call);
    of_call found;
    for (std::size_t index = 0; index < ends_count; ++index) {
        found.ended[index] =
            &families.call_attempts.Add({{"call", name}, {"outcome", texts[index]}});
    }
    found.retries = &families.call_retries.Add({{"call", name}});
    found.seconds = &families.call_seconds.Add(
        {{"call", name}},
        prometheus::Histogram::BucketBoundaries{
            0.0002, 0.0005, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 30}
    );
    return found;
}

void call_metrics::attempted(call_name call, bool is_retry) {
    if (!is_retry) return;
    const auto found = by_call_.find(call.value);
    if (found != by_call_.end()) found->second.retries->Increment();
}

void call_metrics::ended(call_name call, attempt_end how, std::chrono::nanoseconds took) {
    const auto found = by_call_.find(call.value);
    if (found == by_call_.end()) return;
    found->second.ended[static_cast<std::size_t>(how)]->Increment();
    if (how == attempt_end::deferred) return;
    found->second.seconds->Observe(std::chrono::duration<double>(took).count());
}

void call_metrics::circuit(const std::string& backend, int state) {
    all_.families().circuit.Add({{"lane", lane_}, {"backend", backend}}).Set(state);
}

}  // namespace makegood
