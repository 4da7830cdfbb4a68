#pragma once

#include "engine/definition.hpp"

namespace makegood::checkout {

// The HTTP request of one call, as CONTRACTS.md, section 2, asks for it.
[[nodiscard]] call_request request_of(
    const call_spec& call, call_ordinal ordinal, const saga_record& saga
);

}  // namespace makegood::checkout
