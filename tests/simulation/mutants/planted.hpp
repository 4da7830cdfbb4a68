#pragma once

#include <string_view>

namespace makegood {

// Whether that fault is the one that is planted in this run. Only in the build of the mutants.
[[nodiscard]] bool planted(std::string_view mutant);

}  // namespace makegood
