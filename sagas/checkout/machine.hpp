#pragma once

#include "engine/definition.hpp"
#include "sagas/dsl/rule_line.hpp"

// The checkout's transition table, compiled. Free of MSM: only machine.cpp knows how it is driven.
namespace makegood::checkout {

[[nodiscard]] const dsl::saga_table& table();

// What the table says to `fact` in the record's state. Pure.
[[nodiscard]] transition decide(const saga_record& saga, fact_name fact);

}  // namespace makegood::checkout
