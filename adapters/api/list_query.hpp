#pragma once

#include <string_view>

#include "adapters/api/problem.hpp"
#include "engine/definition.hpp"
#include "engine/ports/journal.hpp"

namespace makegood {

// Reads the query of GET /v1/checkouts. Every parameter that is wrong or not known is told at once.
// `saga` names a definition of the registry, or is `*` for all.
[[nodiscard]] or_problem<saga_query> read_list_query(
    std::string_view query, const definition_registry& registry
);

}  // namespace makegood
