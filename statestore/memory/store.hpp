#pragma once

#include <cstdint>
#include <memory>
#include <optional>

#include "engine/definition.hpp"
#include "engine/ports/journal.hpp"

namespace makegood::statestore {

// A store that forgets everything with the process: for the simulator and for tests. It keeps
// encoded bytes, as the durable stores do, and answers as they do. Not for several threads.
// `registry` outlives it.
class memory_store {
public:
    explicit memory_store(const definition_registry& registry);
    ~memory_store();
    memory_store(const memory_store&) = delete;
    memory_store& operator=(const memory_store&) = delete;

    // A new owner; every writer opened earlier is stale from now on. The store outlives it.
    [[nodiscard]] std::unique_ptr<journal_writer> open_writer();
    [[nodiscard]] std::unique_ptr<journal_reader> open_reader() const;

    // Every commit fails like this until it is called with nothing. Nothing of a failed batch is
    // kept.
    void fail_commits(std::optional<store_errc> with);
    // The next commit fails once, after half of the batch has been written.
    void fail_next_commit(store_errc with);
    // The next commit is kept, but its answer is lost: the writer gets `io` and is stale.
    // What a process sees that dies between fsync and the answer.
    void lose_next_answer();

    // The process died: writers are stale, what was committed is still there.
    void crash();

    [[nodiscard]] std::uint64_t commits_count() const;

private:
    struct state;
    class writer;
    class reader;

    std::unique_ptr<state> state_;
};

}  // namespace makegood::statestore
