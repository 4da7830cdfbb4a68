#include "adapters/telemetry/fault_metrics.hpp"

#include "adapters/telemetry/metric_families.hpp"

namespace makegood {

fault_metrics::fault_metrics(metrics& all) : all_(all) {
    all_.families().fault_injection_enabled.Add({}).Set(1);
}

void fault_metrics::injected(call_name call, std::string_view mode) {
    const std::string name(call.value);
    all_.families().faults_injected.Add({{"call", name}, {"mode", std::string(mode)}}).Increment();
}

}  // namespace makegood
