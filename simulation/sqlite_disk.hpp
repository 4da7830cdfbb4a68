#pragma once

#include <filesystem>

#include "simulation/disk.hpp"
#include "simulation/lossy_files.hpp"

namespace makegood::simulation {

// The daemon's own store, SQLite and all that stands around it, in a folder of its own below the
// folder for temporary files. Every death goes on with a copy of the files as they were, or as a
// disk that lost its power would have them, torn in the middle of a commit.
class sqlite_disk final : public crashable_store {
public:
    sqlite_disk(const definition_registry& registry, std::uint64_t seed);
    ~sqlite_disk() override;

    std::unique_ptr<journal_writer> open_writer() override;
    std::unique_ptr<journal_reader> open_reader() override;
    void fail_next_commit(store_errc with) override;
    void die_in_commit(journal_writer& writer, const batch& changes) override;
    void die() override;

private:
    void move_on(bool power_is_lost);
    [[nodiscard]] std::filesystem::path folder_of(std::uint64_t life) const;
    [[nodiscard]] std::filesystem::path file() const;

    const definition_registry& registry_;
    chance luck_;
    std::filesystem::path root_;
    std::uint64_t life_ = 0;
    lossy_files files_;
};

}  // namespace makegood::simulation
