#pragma once

#include <optional>
#include <string>

#include "engine/saga_record.hpp"

namespace makegood::statestore {

// Where two records part, as a person would say it.
struct field_difference {
    std::string field;   // "calls[2].attempts", "learnt.total"
    std::string stored;  // "(absent)" when only the other one has the field
    std::string folded;
};

// The first field, in the order of the format, in which two records of one saga differ; nothing
// when they are equal.
[[nodiscard]] std::optional<field_difference> first_difference(
    const saga_record& stored, const saga_record& folded
);

}  // namespace makegood::statestore
