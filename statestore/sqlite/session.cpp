#include "statestore/sqlite/session.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include "statestore/sqlite/columns.hpp"
#include "statestore/sqlite/log_check.hpp"
#include "statestore/sqlite/log_end.hpp"
#include "statestore/sqlite/place.hpp"
#include "statestore/sqlite/schema.hpp"

namespace makegood::statestore {
namespace {

// A log that has begun again is cut back to this size; so much is kept because blocks that exist
// are cheaper to write than new ones.
constexpr std::uint32_t log_bytes_kept = 64U << 20;

// Some file systems cannot share memory between processes, and SQLite then quietly keeps no log.
void require_log(connection& db) {
    statement set(db, "PRAGMA journal_mode = WAL");
    rows found = set.select();
    if (found.next() && found.bytes(0) == "wal") return;
    throw store_failure{
        {store_errc::io, fmt::format(
                             "{} cannot have a write-ahead log on this file system; put the data "
                             "folder on a local disk",
                             db.file().string()
                         )}};
}

void set_up(connection& db, const sqlite_options& options) {
    require_log(db);
    db.execute("PRAGMA synchronous = FULL");
    db.execute("PRAGMA wal_autocheckpoint = 0");
    db.execute("PRAGMA temp_store = MEMORY");
    db.execute(fmt::format("PRAGMA cache_size = -{}", options.cache_kib));
    db.execute(fmt::format("PRAGMA journal_size_limit = {}", log_bytes_kept));
    if (options.pages_max != 0) {
        db.execute(fmt::format("PRAGMA max_page_count = {}", options.pages_max));
    }
}

// A larger store would make a start slow; its pages are checked as they are read, and by verify.
void check_small_store(connection& db, const sqlite_options& options) {
    if (db.number("PRAGMA page_count") > options.checked_pages_max) return;
    require_own_check(db, "quick_check");
}

void take_place(connection& db, const store_place& place) {
    if (!read_place(db)) bind_to_place(db, place);
    require_place(db, place);
}

}  // namespace

connection open_for_writing(const std::filesystem::path& file, const sqlite_options& options) {
    connection db(file, access::read_write, options.busy_time_max_ms);
    set_up(db, options);
    return db;
}

void sync_folder_of(const std::filesystem::path& file) {
    const std::filesystem::path folder = file.has_parent_path() ? file.parent_path() : ".";
    const int handle = ::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    const bool synced = handle >= 0 && ::fsync(handle) == 0;
    if (handle >= 0) ::close(handle);
    if (synced) return;
    throw store_failure{
        {store_errc::io,
         fmt::format("{} cannot be synchronised; check the disk", folder.string())}};
}

writer_session::writer_session(const std::filesystem::path& file, const sqlite_options& options)
    : db(open_for_writing(file, options)) {}

connection prepare_store(const std::filesystem::path& file, const sqlite_options& options) {
    connection db(file, access::read_write, options.busy_time_max_ms);
    const bool needs_log = require_whole_log(db);
    const bool has_end = read_log_end(file).state == log_end_state::known;
    // Before the file says that there may be a log, and before one begins whose salts nothing
    // foretells.
    if (!has_end || !needs_log) {
        create_log_end(file);
        sync_folder_of(file);
    }
    set_up(db, options);
    migrate(db);
    if (options.place) take_place(db, *options.place);
    check_small_store(db, options);
    sync_folder_of(file);
    return db;
}

}  // namespace makegood::statestore
