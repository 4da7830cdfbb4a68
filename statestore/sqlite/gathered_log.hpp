#pragma once

#include <cstddef>

struct sqlite3_file;
struct sqlite3_vfs;

// SQLite writes its log in two calls a frame, a hundred for one commit. Ours gathers them: what
// continues the last write waits in memory and is written with the page that completes the commit,
// in one call. So an error is that last write's error, before the log is synchronised and before
// anybody is told of the frames. Everything else that is asked of the file first writes what waits.
namespace makegood::statestore {

// What the file needs before SQLite's own, which follows it.
[[nodiscard]] std::size_t gathered_log_size();

// Opens the log at `file`, as sqlite3_vfs::xOpen does, over `system`.
[[nodiscard]] int open_gathered_log(
    sqlite3_vfs* system, const char* name, sqlite3_file* file, int flags, int* flags_out
);

}  // namespace makegood::statestore
