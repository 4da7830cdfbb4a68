#pragma once

#include <optional>
#include <set>
#include <string>
#include <vector>

#include "statestore/sqlite/session.hpp"

namespace makegood::statestore {

// An ended saga as it stands in a store, undecoded: all of it, but what finds it.
struct whole_saga {
    struct entry {
        std::int64_t sequence = 0;
        instant at{};
        std::string event;
    };
    std::string id;  // as in keys
    std::string customer;
    std::int64_t last_sequence = 0;
    std::int64_t status = 0;
    std::string state;
    std::optional<std::string> reason;
    bool has_key = false;
    instant created_at{};
    instant updated_at{};
    std::optional<std::string> record;
    std::vector<entry> entries;
};

// Which sagas to look at: those after `after` that were created and have ended before that moment.
struct prune_range {
    std::string after;
    instant ended_before{};
    std::size_t at_most = 0;
};

// What of a range may go, and where the next one begins. Nothing left: `at_end`.
struct prunable {
    std::vector<whole_saga> sagas;
    std::string after;
    bool at_end = false;
};

// In a transaction. Leaves out whose key or events are still kept, and whose family has not ended.
[[nodiscard]] prunable find_prunable(writer_session& store, const prune_range& range);

// The two halves of moving a saga to another store; each in a transaction of its store, which is
// told in its counters. A saga that is there already, from a move that was cut short, is replaced.
void insert_whole(writer_session& store, const whole_saga& saga);
void remove_whole(writer_session& store, const whole_saga& saga);

}  // namespace makegood::statestore
