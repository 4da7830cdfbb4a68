#pragma once

#include <cstddef>
#include <cstdint>

#include "statestore/sqlite/connection.hpp"

namespace makegood::statestore {

// Before each page of the log.
inline constexpr std::size_t frame_header_size = 24;

// Where a frame of the log begins; frames are counted from 1.
[[nodiscard]] std::uint64_t offset_of_frame(std::uint64_t frame);

// Throws store_failure(corrupt) when the log of this store is not whole: it is missing, was cut,
// has a bit that is not as it was written, or is another store's. To be called before the
// connection's first statement, because SQLite believes the log from then on. The store may be
// live. Returns whether the log holds a commit.
//
// What it cannot know: after a power loss, whether the last commits were in the log that the disk
// had promised to keep, when no later one is there.
bool require_whole_log(const connection& db);

}  // namespace makegood::statestore
