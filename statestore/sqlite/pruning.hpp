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
    std::string key;  // its id, as in keys
    saga_id id;
    std::string customer;
    std::int64_t last_sequence = 0;
    saga_status status{};
    std::string state;
    std::optional<std::string> reason;
    bool has_key = false;
    instant created_at{};
    instant updated_at{};
    std::optional<std::string> record;
    std::vector<entry> entries;
};

// In which it ended: "2027-01".
[[nodiscard]] std::string month_of(const whole_saga& saga);

// How far the pruning of one store has come. Kept by its writer from step to step.
struct prune_walk {
    std::string after;  // the key of the last saga that was looked at; empty: begins anew
    // Those that cannot be read. They stay, and are not looked at again.
    std::set<std::string> damaged;
    std::vector<std::string> untold;  // a sentence for each that nobody was told of yet
    bool at_end = false;              // the last step has seen all there was to see

    void note_damage(const std::string& key, const std::string& detail);
};

// In a transaction: the next sagas that may go, at most so many and of one month, of those that
// were created and have ended before that moment. Looks at a bounded number of rows, and reads a
// journal only when nothing keeps its saga: neither its key nor one of its family that has not
// ended.
[[nodiscard]] std::vector<whole_saga> find_prunable(
    writer_session& store, prune_walk& walk, instant ended_before, std::size_t at_most
);

// The two halves of moving a saga to another store; each in a transaction of its store, which is
// told in its counters. A saga that is there already, from a move that was cut short, is replaced.
void insert_whole(writer_session& store, const whole_saga& saga);
void remove_whole(writer_session& store, const whole_saga& saga);

}  // namespace makegood::statestore
