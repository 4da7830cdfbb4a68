#pragma once

#include <array>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>

namespace makegood::statestore {

// SQLite takes its log up to the first frame whose checksum does not fit and forgets the rest, as
// it must after a power loss. So a log that was cut or changed looks like one that ended earlier.
// What tells them apart is a second witness beside the store, `lane-N.db-end`: the header of the
// last frame of the last commit, with its number.
//
// It is written after each commit and not synchronised (that would double the price of a commit):
// it is exact after a kill, and after a power loss it may name an earlier end, never a later one.
struct log_end {
    std::uint64_t frame = 0;  // 1, 2, 3 …; 0: whatever is in the log, or no log, is right
    // The store was closed in order, or nearly: all of the log is in the database.
    bool may_be_gone = false;
    std::array<char, 24> frame_header{};
    bool operator==(const log_end&) const = default;
};

enum class log_end_state : std::uint8_t { absent, damaged, known };
// The last two ends, in no order, so that a writing that was cut short leaves the one before. The
// log must hold both.
struct stored_log_end {
    log_end_state state = log_end_state::absent;
    bool one_is_damaged = false;
    std::array<log_end, 2> ends{};
};

[[nodiscard]] std::filesystem::path log_path(const std::filesystem::path& store);
[[nodiscard]] std::filesystem::path log_end_path(const std::filesystem::path& store);
// May be called while a writer is at work.
[[nodiscard]] stored_log_end read_log_end(const std::filesystem::path& store);
// What to tell of a store of which one of the two is damaged.
[[nodiscard]] std::string words_of_damaged_end(const std::filesystem::path& store);
// As a store needs it that has nothing in its log. There is a whole one or none, whatever happens;
// the caller synchronises the folder. Throws store_failure.
void create_log_end(const std::filesystem::path& store);

// Keeps the end of the log of one store up to date. Owned by its writer; the file is there already.
class log_end_keeper {
public:
    explicit log_end_keeper(const std::filesystem::path& store);  // throws store_failure
    ~log_end_keeper();
    log_end_keeper(const log_end_keeper&) = delete;
    log_end_keeper& operator=(const log_end_keeper&) = delete;

    // After a commit. What cannot be written leaves an earlier end, which is true as well.
    void reaches(std::uint64_t frame);
    // After the first commit: both ends are that one, durably if the disk permits.
    void begins(std::uint64_t frame);
    // Durably, before a log may begin whose salts nothing foretells.
    void anything_may_follow();
    // Durably, before the log may go because all of it is in the database.
    void may_be_gone();
    // Takes may_be_gone() back: the log stays.
    void needed_after_all();

private:
    void write_both(const log_end& end);

    int file_ = -1;
    int log_ = -1;
    log_end last_;
    std::size_t place_ = 0;  // of the next one; what failed is written there again
};

}  // namespace makegood::statestore
