#pragma once

#include <memory>
#include <string>

#include "engine/definition.hpp"

namespace makegood {

struct metric_families;

// All metrics of the process, as Prometheus shows them. Owned by the service; lanes and routes
// count through the objects in call_metrics.hpp, saga_metrics.hpp and lane_metrics.hpp, which
// resolve what they need once, so that counting is an addition. Counting is safe from any thread.
class metrics {
public:
    metrics();
    ~metrics();
    metrics(const metrics&) = delete;
    metrics& operator=(const metrics&) = delete;

    // The text exposition format, version 0.0.4.
    [[nodiscard]] std::string text() const;

    [[nodiscard]] metric_families& families() { return *families_; }

private:
    std::unique_ptr<metric_families> families_;
};

}  // namespace makegood
