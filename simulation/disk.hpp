#pragma once

#include <deque>
#include <memory>
#include <optional>

#include "engine/ports/journal.hpp"
#include "simulation/agenda.hpp"
#include "simulation/checkers/checkers.hpp"
#include "simulation/faults.hpp"
#include "simulation/trace.hpp"

namespace makegood::simulation {

// A store whose process can die. Implemented over the memory store, and over SQLite on a simulated
// file system.
class crashable_store {
public:
    virtual ~crashable_store() = default;
    // A new owner; every earlier writer is stale from now on.
    [[nodiscard]] virtual std::unique_ptr<journal_writer> open_writer() = 0;
    [[nodiscard]] virtual std::unique_ptr<journal_reader> open_reader() = 0;
    // The next commit fails.
    virtual void fail_next_commit(store_errc with) = 0;
    // The process died, and perhaps the machine: what had not been synced may be gone, in whole or
    // in part. What was opened before is of no use any more.
    virtual void die() = 0;
    // The same, somewhere within a commit, which may be kept or not.
    virtual void die_in_commit(journal_writer& writer, const batch& changes) = 0;
};

// The store as a process meets it: commits that take their time and may fail. Tells the checkers
// what it keeps. One per world; it outlives the processes.
class disk {
public:
    struct surroundings {
        agenda& time;
        weather& sky;
        checkers& judge;
        trace& log;
    };

    disk(crashable_store& store, surroundings around, std::uint64_t seed)
        : store_(store), around_(around), chance_(seed, "disk") {}

    // One process's hold of the store.
    struct hold {
        std::uint64_t owner = 0;
        std::unique_ptr<journal_writer> writer;
        std::unique_ptr<journal_reader> reader;
    };
    [[nodiscard]] hold open();
    [[nodiscard]] bool is_newest(const hold& held) const { return held.owner == owners_; }

    // How long the next commit takes.
    [[nodiscard]] duration commit_time();
    [[nodiscard]] duration read_time() { return chance_.between(duration{0}, duration{3}); }
    [[nodiscard]] store_result<commit_receipt> commit(hold& held, const batch& changes);
    // Drops the keys of all that has ended, and a part of the sagas: which.
    [[nodiscard]] std::vector<pruned_saga> prune(hold& held);
    // The holder died, with that commit under way unless it is null.
    void die(hold& held, const batch* committing);

    // -- what the weather does
    void fill_up(duration lasts) { full_until_ = around_.time.now() + lasts; }
    void fail_once() { fails_once_ = true; }
    void slow_down(duration lasts) { slow_until_ = around_.time.now() + lasts; }
    void recover();  // whatever was wrong with it is over

private:
    // A batch with records of its own, which the engine cannot change any more.
    struct remembered_batch {
        std::deque<saga_record> records;
        batch changes;
    };
    static remembered_batch remember(const batch& changes);
    // Nothing when the store does not hold the batch.
    [[nodiscard]] std::optional<commit_receipt> find_kept(const batch& changes);
    void keep(const hold& held, const batch& changes, const commit_receipt& receipt);
    void note(const saga_commit& change);

    crashable_store& store_;
    surroundings around_;
    chance chance_;
    std::uint64_t owners_ = 0;
    instant full_until_{};
    instant slow_until_{};
    bool fails_once_ = false;
    // Commits that failed since the last one that did not. A log that could not be synced may be
    // found whole by whoever opens it after a crash.
    std::deque<remembered_batch> failed_;
};

}  // namespace makegood::simulation
