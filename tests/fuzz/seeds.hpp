#pragma once

#include <string>

namespace makegood::fuzz {

// Writes below `folder` what the tests' sagas journal and what their backends answer, as inputs for
// the targets `codec` and `answer`, and a dictionary of every declared name for libFuzzer.
void write_seeds(const std::string& folder);

}  // namespace makegood::fuzz
