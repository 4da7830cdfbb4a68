#pragma once

#include <vector>

#include "sagas/dsl/rule_line.hpp"

namespace makegood::dsl {

// The table's expanded rows for people who read the definition over HTTP; ignored ones too.
[[nodiscard]] std::vector<rule_text> rule_texts(const saga_table& table);

}  // namespace makegood::dsl
