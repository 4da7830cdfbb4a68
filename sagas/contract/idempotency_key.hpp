#pragma once

#include <string>
#include <string_view>

#include "engine/definition.hpp"

namespace makegood::contract {

// `{checkout}:{key}[:{n}][:undo]`: the grammar of CONTRACTS.md, section 2. Persisted by backends,
// so it never changes.
[[nodiscard]] std::string key_of(
    std::string_view checkout, const call_spec& call, call_ordinal ordinal
);

}  // namespace makegood::contract
