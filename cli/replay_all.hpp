#pragma once

#include <string>

#include "cli/console.hpp"
#include "cli/exit_code.hpp"

namespace makegood::cli {

// Folds every stored saga with the definitions of this program and compares with the record that
// was stored. Throws difference_found when one is not the same.
[[nodiscard]] exit_code replay_all(const std::string& data, bool as_json, console& out);

}  // namespace makegood::cli
