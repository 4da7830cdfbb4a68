#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "engine/definition.hpp"
#include "statestore/verify.hpp"

namespace makegood::statestore {

// A saga as it stands in the store, undecoded.
struct raw_entry {
    std::int64_t sequence = 0;
    instant at{};
    std::string event;
};
struct raw_saga {
    saga_id id;
    std::int64_t last_sequence = 0;  // the entry that the record is of
    std::string status;
    std::string state;
    std::optional<std::string> reason;
    instant created_at{};
    instant updated_at{};
    std::optional<std::string> record;  // absent: what the first entry makes
    std::optional<instant> wake_at;     // when it stands in the table of the unfinished
    bool has_key = false;
    std::vector<raw_entry> entries;
};

// Told of each difference; `saga` and `store` are filled in by the receiver.
using difference_found = std::function<void(difference)>;

// Checks one saga: its journal is whole and readable, its fold up to the record's entry is its
// record, which is of the last entry when it has ended or rests, its columns say what its record
// says, and it wakes, and in time, exactly when it has not ended.
void check_saga(
    const raw_saga& saga, const definition_registry& registry, const difference_found& found
);

}  // namespace makegood::statestore
