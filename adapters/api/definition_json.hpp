#pragma once

#include <string>

#include "engine/definition.hpp"

namespace makegood {

// `{"items":[{saga, version, id_prefix}]}`.
[[nodiscard]] std::string definitions_json(const definition_registry& registry);

// States, facts, calls, rules and the diagram of one definition.
[[nodiscard]] std::string definition_json(const definition& described);

}  // namespace makegood
