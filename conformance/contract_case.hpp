#pragma once

#include <functional>
#include <string>
#include <vector>

#include "conformance/backend_kind.hpp"
#include "conformance/options.hpp"

namespace makegood::conformance {

class trial;

// One duty of one backend, and how to see whether it is kept. Its id is stable: people put it into
// scripts.
struct contract_case {
    backend_kind of;
    std::string id;    // "inventory.reserve.repeated_key"
    std::string rule;  // what is demanded, one sentence
    std::string why;   // what breaks for customers or money otherwise, one sentence
    // Ids of earlier cases without which this one would tell nothing new.
    std::vector<std::string> needs{};
    needed_option option = needed_option::none;
    std::function<void(trial&)> run;  // throws case_failed or case_blocked
};

using case_list = std::vector<contract_case>;

// All cases, each after those that it needs.
[[nodiscard]] case_list all_cases();

}  // namespace makegood::conformance
