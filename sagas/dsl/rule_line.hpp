#pragma once

#include <cstddef>
#include <span>
#include <string_view>

#include "engine/definition.hpp"
#include "engine/identifiers.hpp"

namespace makegood::dsl {

// One expanded row of a transition table as plain data: what the laws check, the diagram prints and
// the tests count. Constant; refers to texts of the table that it was made from.
struct rule_line {
    state_name from;
    fact_name on;
    state_name to{};           // empty when ignored
    call_name emits{};         // empty when nothing is called
    std::string_view when{};   // the guard in words; empty when the row is unconditional
    std::size_t question = 0;  // that the guard answers: a number of its own; 0 without a guard
    int answer = 0;
    std::size_t answers_count = 0;  // that the question can have
    bool ignored = false;
    bool starts_child = false;
};

// A table with all that is declared around it. Constant; refers to static storage.
struct saga_table {
    std::span<const state_spec> states;
    std::span<const fact_name> facts;
    std::span<const call_spec> calls;
    std::span<const rule_line> rules;
    fact_name started;
    fact_name unknown;
    fact_name cancel;
    std::span<const announcement> announcements{};
    std::span<const fact_name> reports{};  // facts that somebody outside may tell of
};

}  // namespace makegood::dsl
