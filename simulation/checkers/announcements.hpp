#pragma once

#include <map>
#include <set>
#include <string>
#include <tuple>
#include <vector>

#include "engine/ports/journal.hpp"
#include "simulation/promise.hpp"

namespace makegood::simulation {

// What the world outside is told: the events of the commits that were kept, all of them, in their
// order, and nothing else (P9). Again only what it was told before, which is what a process does
// that died before it could say so.
class announcements {
public:
    explicit announcements(verdict& found) : found_(found) {}

    // The events of one saga's part of a commit have become durable, after those before them.
    void committed(const saga_commit& change);
    // A process has sent it, and the world has it.
    void sent(const positioned_event& told);
    // The store has said that it knows now that all up to there were sent, or that it has dropped
    // some; `newest` is false when a later owner had opened it.
    void marked(outbox_position up_to, bool newest);
    void dropped(bool newest);
    void unreadable(const store_error& why);
    // What a process finds that opens the store, and whoever looks at the end.
    void judge_store(journal_reader& store);
    // When all is quiet: nothing waits any more.
    void judge_end(journal_reader& store);

private:
    using event_name = std::tuple<saga_id, journal_sequence, std::string>;

    void require_newest(bool newest);
    void judge_kept(journal_reader& store, const outbox_state& kept);
    void breaks(const outbox_event& told, std::string detail);

    verdict& found_;
    std::vector<outbox_event> durable_;  // by their positions, from 1 on
    std::set<event_name> names_;
    std::map<saga_id, journal_sequence> told_up_to_;
    outbox_position sent_ = 0;    // the world has all up to there
    outbox_position marked_ = 0;  // as far as a store has confirmed
};

}  // namespace makegood::simulation
