#pragma once

#include "simulation/disk.hpp"
#include "statestore/memory/store.hpp"

namespace makegood::simulation {

// The memory store. A commit is atomic and durable at once; whether the last one before a death was
// kept is the process's business.
class memory_disk final : public crashable_store {
public:
    explicit memory_disk(const definition_registry& registry) : store_(registry) {}

    std::unique_ptr<journal_writer> open_writer() override { return store_.open_writer(); }
    std::unique_ptr<journal_reader> open_reader() override { return store_.open_reader(); }
    void fail_next_commit(store_errc with) override { store_.fail_next_commit(with); }
    void lose_power() override { store_.crash(); }

private:
    statestore::memory_store store_;
};

}  // namespace makegood::simulation
