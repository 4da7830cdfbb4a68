#pragma once

#include "cli/exit_code.hpp"

namespace makegood::cli {

// The whole program: finds the command that the arguments name, does it, and says on stderr why
// not. Throws nothing.
[[nodiscard]] exit_code run(int argument_count, char** arguments);

}  // namespace makegood::cli
