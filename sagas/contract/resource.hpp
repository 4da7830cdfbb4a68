#pragma once

#include <span>
#include <string>
#include <string_view>

#include "engine/definition.hpp"

namespace makegood::contract {

// The ids of what belongs to a saga; those that do not exist are empty. Refers to texts of the
// caller.
struct related_ids {
    std::string_view order{};
    std::string_view checkout{};
    std::string_view fulfilment{};
};

// A saga as CONTRACTS.md, section 1, shows it, as JSON text. Members without a value are absent.
[[nodiscard]] std::string resource_text(
    const saga_record& saga, const related_ids& related, std::span<const live_note> notes
);

// What announcements tell of a saga, as adapters/kafka/schemas/saga.json describes it, as JSON
// text. Mostly with one allocation.
[[nodiscard]] std::string announcement_text(const saga_record& saga, const related_ids& related);

}  // namespace makegood::contract
