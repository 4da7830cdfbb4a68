#pragma once

#include "simulation/disk.hpp"
#include "statestore/memory/store.hpp"

namespace makegood::simulation {

// The memory store: a commit is atomic and durable at once, so a death keeps it or does not.
class memory_disk final : public crashable_store {
public:
    memory_disk(const definition_registry& registry, std::uint64_t seed)
        : store_(registry), luck_(seed, "memory") {}

    std::unique_ptr<journal_writer> open_writer() override { return store_.open_writer(); }
    std::unique_ptr<journal_reader> open_reader() override { return store_.open_reader(); }
    void fail_next_commit(store_errc with) override { store_.fail_next_commit(with); }
    void die_in_commit(journal_writer& writer, const batch& changes) override {
        if (luck_.happens(0.5)) static_cast<void>(writer.commit(changes));
    }
    void die() override { store_.crash(); }

private:
    statestore::memory_store store_;
    chance luck_;
};

}  // namespace makegood::simulation
