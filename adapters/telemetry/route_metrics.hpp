#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "adapters/telemetry/metrics.hpp"

namespace prometheus {
class Counter;
}

namespace makegood {

// Counts HTTP requests by route and status. One per lane, used on its thread; the metrics object
// outlives it. A status gets its counter when it is first seen.
class route_metrics {
public:
    // `routes` are the patterns ("/v1/checkouts/{id}"), counted by their position.
    route_metrics(metrics& all, std::vector<std::string> routes);

    void answered(std::size_t route, unsigned status);

private:
    struct of_route {
        std::string pattern;
        std::vector<std::pair<unsigned, prometheus::Counter*>> by_status;
    };

    metrics& all_;
    std::vector<of_route> routes_;
};

}  // namespace makegood
