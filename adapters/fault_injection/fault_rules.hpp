#pragma once

#include <cstdint>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "adapters/fault_injection/fault_rule.hpp"
#include "adapters/telemetry/fault_metrics.hpp"

namespace makegood {

// A rule and what it has done since it was put.
struct counted_rule {
    fault_rule rule;
    std::uint64_t matched = 0;   // calls that its filters took while it had times left
    std::uint64_t injected = 0;  // of these, how often it struck
};

// The fault rules of the process, shared by all lanes; held in memory only. Owned by the service,
// which has one when fault injection is allowed. Safe from any thread.
class fault_rules {
public:
    explicit fault_rules(metrics& all) : counted_(all) {}

    void replace(std::vector<fault_rule> rules);
    [[nodiscard]] std::vector<counted_rule> rules() const;

    // What is to be done to this call now; told to the log and counted. The first rule that fits,
    // has times left and whose dice say yes; one whose dice say no leaves it to those after it.
    [[nodiscard]] std::optional<fault_rule> strike(
        fault_point where,
        const saga_id& saga,
        const call_reference& call,
        const customer_id& customer
    );

private:
    [[nodiscard]] std::optional<fault_rule> choose(
        fault_point where, const call_reference& call, const customer_id& customer
    );

    fault_metrics counted_;

    mutable std::mutex mutex_;  // guards the rules
    std::vector<counted_rule> rules_;
};

}  // namespace makegood
