#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "adapters/api/problem.hpp"
#include "adapters/fault_injection/fault_rules.hpp"

namespace makegood {

// Reads the body of PUT /v1/faults; everything that is wrong with it is told at once. A call must
// be one that some definition of the registry has.
[[nodiscard]] or_problem<std::vector<fault_rule>> read_fault_rules(
    std::string_view body, const definition_registry& registry
);

// `{"rules":[{call, customer_id, mode, …, matched, injected}]}`, filters that are not set absent.
[[nodiscard]] std::string fault_rules_json(const std::vector<counted_rule>& rules);

}  // namespace makegood
