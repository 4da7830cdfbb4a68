#pragma once

#include <string>

#include "sagas/dsl/rule_line.hpp"

namespace makegood::dsl {

// The table as a Mermaid state diagram. Ignored facts are left out: they are no arrows.
[[nodiscard]] std::string mermaid_text(const saga_table& table);

}  // namespace makegood::dsl
