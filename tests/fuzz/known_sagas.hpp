#pragma once

#include <string>
#include <vector>

#include "engine/definition.hpp"
#include "engine/saga_record.hpp"

// Sagas to try things on: every definition's, in every situation that the shop's backends can bring
// about. Built once; in the same order in every run.
namespace makegood::fuzz {

// A saga that waits for the answer to this call.
struct open_call {
    const call_spec* spec = nullptr;
    call_ordinal ordinal = 0;
    saga_record saga;

    [[nodiscard]] std::string name() const;  // "checkout.void_payment:2"
};

struct known_sagas {
    definition_registry registry;
    std::vector<saga_started> starts;
    // Each call of each definition that somebody answers, with each of its ordinals.
    std::vector<open_call> calls;
    std::vector<saga_record> records;  // a situation each
    std::vector<event> events;
};

[[nodiscard]] const known_sagas& all_known_sagas();

}  // namespace makegood::fuzz
