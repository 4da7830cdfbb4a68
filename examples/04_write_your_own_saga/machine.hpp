#pragma once

#include "engine/definition.hpp"
#include "sagas/dsl/rule_line.hpp"

// The transition table, compiled. Free of MSM: only machine.cpp knows how it is driven.
namespace delivery_slot {

[[nodiscard]] const makegood::dsl::saga_table& table();
[[nodiscard]] makegood::transition decide(
    const makegood::saga_record& saga, makegood::fact_name fact
);

}  // namespace delivery_slot
