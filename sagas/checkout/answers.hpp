#pragma once

#include "engine/definition.hpp"

namespace makegood::checkout {

// What a backend's answer to a call of the checkout means.
[[nodiscard]] call_answer answer_of(
    const call_spec& call,
    call_ordinal ordinal,
    const saga_record& saga,
    const backend_answer& answer
);

}  // namespace makegood::checkout
