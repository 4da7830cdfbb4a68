#pragma once

#include <condition_variable>
#include <cstdint>
#include <filesystem>
#include <mutex>
#include <optional>
#include <thread>

#include "statestore/sqlite/connection.hpp"
#include "statestore/sqlite/store.hpp"

namespace makegood::statestore {

// Copies the log into the database while commits go on, on a thread and a connection of its own, in
// rounds: one copies what was committed when it began. What is committed meanwhile is left over, so
// it is not the one who can end a log. Owned by a writer, and called by that one's thread only.
class log_copier {
public:
    // What a round has come to.
    struct round {
        std::uint32_t copied = 0;  // pages of the log that are in the database, from its first on
        bool failed = false;       // the operator was told; a copy of before is in doubt as well
    };

    log_copier(const std::filesystem::path& file, const sqlite_options& options);
    ~log_copier();  // waits for a round that is under way
    log_copier(const log_copier&) = delete;
    log_copier& operator=(const log_copier&) = delete;

    // Begins a round. Not while one is under way.
    void begin();
    [[nodiscard]] bool is_copying() const;
    // The last round, once it is over; told once.
    [[nodiscard]] std::optional<round> finished();

private:
    void run();
    [[nodiscard]] round copy();

    // Constant after construction.
    const std::filesystem::path file_;
    const sqlite_options options_;

    // The thread's; nothing after an error: a connection that failed is not trusted again.
    std::optional<connection> db_;

    // Behind the mutex.
    mutable std::mutex mutex_;
    std::condition_variable changed_;
    bool copying_ = false;
    bool stops_ = false;
    std::optional<round> last_;

    std::thread thread_;  // last: it uses all the others
};

}  // namespace makegood::statestore
