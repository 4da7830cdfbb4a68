#pragma once

#include <string_view>

#include "engine/definition.hpp"
#include "engine/ports/journal.hpp"

// A record that is stored is of an earlier entry than the last one as long as its saga runs:
// whoever reads folds the entries that follow, as replay does.
namespace makegood::statestore {

// The record after the first entry, which a store need not keep.
[[nodiscard]] store_result<saga_record> record_of_start(
    const saga_id& id, const saga_started& started, instant at, const definition_registry& registry
);

// Takes the next entry of its journal into `saga`; `event` as encode_event() wrote it.
[[nodiscard]] store_result<void> fold_entry(
    saga_record& saga, std::int64_t sequence, instant at, std::string_view event
);

// For a saga that no program of this version can read.
[[nodiscard]] store_error unknown_definition(const saga_started& started);

}  // namespace makegood::statestore
