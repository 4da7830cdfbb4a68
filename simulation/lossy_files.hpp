#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "simulation/chance.hpp"

namespace makegood::simulation {

// One file as a disk has it: what was synced, and what was only written, which a power loss keeps,
// drops or tears, sector by sector.
class lossy_file {
public:
    // What the file held when it was first opened is taken for synced.
    explicit lossy_file(std::string content) : synced_(std::move(content)) {}

    void write(std::uint64_t offset, std::string_view bytes);
    void truncate(std::uint64_t size);
    void sync();
    // Some of it reached the disk. The kernel forgets which: a later sync does not save the rest.
    void fail_sync(chance& luck);

    [[nodiscard]] std::string after_power_loss(chance& luck) const;

private:
    struct change {
        std::uint64_t offset = 0;
        std::string bytes;
        bool truncates = false;  // to `offset`
    };
    static void apply(std::string& content, const change& each);

    std::string synced_;
    std::vector<change> pending_;
};

// Real files below one folder, through SQLite, with what a disk would have of them: so that the
// folder can be had as it would be after the process, or the machine, died at any moment. For the
// thread that made it, which opens stores there while it lives; one at a time.
class lossy_files {
public:
    explicit lossy_files(std::uint64_t seed);
    ~lossy_files();
    lossy_files(const lossy_files&) = delete;
    lossy_files& operator=(const lossy_files&) = delete;

    // -- what the disk does to the next operation on a database or its log
    enum class failure : std::uint8_t { none, no_space, sync };
    void fail_next(failure with) { failing_ = with; }
    // Called before the operation (a write, a sync) after so many others.
    void interrupt_after(std::uint64_t operations, std::function<void()> then);
    void interrupt_no_more() { operations_left_.reset(); }

    // Copies `from` into the new folder `to`, as it is, or as the disk would have it.
    void copy(const std::filesystem::path& from, const std::filesystem::path& to) const;
    void copy_after_power_loss(const std::filesystem::path& from, const std::filesystem::path& to);

    // -- for the file system below SQLite
    lossy_file* open(const std::string& path);
    void removed(const std::string& path) { files_.erase(path); }
    // What is to happen instead of the operation.
    [[nodiscard]] failure before_write();
    [[nodiscard]] failure before_sync();
    [[nodiscard]] chance& luck() { return luck_; }
    [[nodiscard]] static lossy_files* of_this_thread();

private:
    void count_operation();

    chance luck_;
    std::map<std::string, lossy_file> files_;
    failure failing_ = failure::none;
    std::optional<std::uint64_t> operations_left_;
    std::function<void()> interruption_;
};

}  // namespace makegood::simulation
