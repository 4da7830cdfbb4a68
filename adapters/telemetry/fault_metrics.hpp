#pragma once

#include <string_view>

#include "adapters/telemetry/metrics.hpp"
#include "engine/identifiers.hpp"

namespace makegood {

// Counts the faults that were injected on purpose, and says that they may be. Exists only where
// fault injection is allowed. Safe from any thread; the metrics object outlives it.
class fault_metrics {
public:
    explicit fault_metrics(metrics& all);

    void injected(call_name call, std::string_view mode);

private:
    metrics& all_;
};

}  // namespace makegood
