#include "adapters/telemetry/route_metrics.hpp"

#include "adapters/telemetry/metric_families.hpp"
#include "engine/assert.hpp"

namespace makegood {

route_metrics::route_metrics(metrics& all, std::vector<std::string> routes) : all_(all) {
    for (std::string& pattern : routes)
        routes_.push_back({std::move(pattern), {}});
}

void route_metrics::answered(std::size_t route, unsigned status) {
    ASSERT(route < routes_.size());
    of_route& counted = routes_[route];
    for (const auto& [known, counter] : counted.by_status) {
        if (known == status) return counter->Increment();
    }
    prometheus::Counter& added = all_.families().http_requests.Add(
        {{"route", counted.pattern}, {"status", std::to_string(status)}}
    );
    counted.by_status.emplace_back(status, &added);
    added.Increment();
}

}  // namespace makegood
