#pragma once

#include <memory>

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
    // The machine died: what had not been synced may be gone, in whole or in part. Everything that
    // was opened has been closed.
    virtual void lose_power() = 0;
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

    // -- what the weather does
    void fill_up(duration lasts) { full_until_ = around_.time.now() + lasts; }
    void fail_once() { fails_once_ = true; }
    void slow_down(duration lasts) { slow_until_ = around_.time.now() + lasts; }
    void lose_power() { store_.lose_power(); }
    void recover();  // whatever was wrong with it is over

private:
    void note(const saga_commit& change);

    crashable_store& store_;
    surroundings around_;
    chance chance_;
    std::uint64_t owners_ = 0;
    instant full_until_{};
    instant slow_until_{};
    bool fails_once_ = false;
};

}  // namespace makegood::simulation
