#pragma once

#include <condition_variable>
#include <memory>
#include <mutex>
#include <optional>
#include <vector>

#include "engine/definition.hpp"
#include "engine/ports/journal.hpp"
#include "statestore/memory/store.hpp"

namespace makegood::test {

// A memory store that several threads may use, as a lane's writer and readers do, and that outlives
// the services that use it one after the other. Commits can be held, failed and given back.
class shared_memory_store {
public:
    explicit shared_memory_store(const definition_registry& registry);
    ~shared_memory_store();

    // The store's current owner; an earlier writer is stale once a new one has been opened.
    [[nodiscard]] journal_writer& open_writer();
    [[nodiscard]] journal_reader& reader();

    // Blocks until sagas are pruned; those that ended before which moment.
    [[nodiscard]] instant wait_for_prune();
    // Blocks until old events are dropped the first time; which ones.
    [[nodiscard]] droppable_events wait_for_drop();

    void fail_commits(std::optional<store_errc> with);
    // Commits block until release_commits().
    void hold_commits();
    void release_commits();
    // Blocks until a commit is being held.
    void wait_for_held_commit();
    // Every read fails like this until it is called with nothing.
    void fail_reads(std::optional<store_errc> with);
    // Reads block until release_reads().
    void hold_reads();
    void release_reads();
    void wait_for_held_read();

private:
    class writer;
    class locked_reader;

    void pass_commit_gate();
    void pass_read_gate();

    std::mutex mutex_;  // guards everything below
    std::condition_variable changed_;
    statestore::memory_store store_;
    bool holds_commits_ = false;
    bool holds_reads_ = false;
    std::size_t held_commits_ = 0;
    std::size_t held_reads_ = 0;
    std::optional<store_errc> read_failure_;
    std::optional<instant> pruned_before_;
    std::optional<droppable_events> first_drop_;

    std::vector<std::unique_ptr<writer>> writers_;
    std::unique_ptr<locked_reader> reader_;
};

}  // namespace makegood::test
