#include "statestore/sqlite/copy.hpp"

#include <fmt/format.h>
#include <sqlite3.h>

#include "statestore/sqlite/columns.hpp"
#include "statestore/sqlite/log_check.hpp"
#include "statestore/sqlite/place.hpp"
#include "statestore/sqlite/schema.hpp"

namespace makegood::statestore {
namespace {

constexpr std::uint32_t busy_time_max_ms = 5'000;
constexpr int pages_at_once = 4'096;  // 16 MiB between two words of progress

struct backup_ender {
    void operator()(sqlite3_backup* copying) const { sqlite3_backup_finish(copying); }
};

void copy_pages(connection& from, connection& to, const backup_progress_callback& progress) {
    const std::unique_ptr<sqlite3_backup, backup_ender> copying(
        sqlite3_backup_init(to.handle(), "main", from.handle(), "main")
    );
    if (copying == nullptr) to.fail(sqlite3_errcode(to.handle()), "beginning the copy");
    for (int code = SQLITE_OK; code != SQLITE_DONE;) {
        code = sqlite3_backup_step(copying.get(), pages_at_once);
        if (code != SQLITE_OK && code != SQLITE_DONE) to.fail(code, "copying pages");
        const int total = sqlite3_backup_pagecount(copying.get());
        const int left = sqlite3_backup_remaining(copying.get());
        if (!progress) continue;
        progress(
            {from.file().filename().string(), static_cast<std::uint64_t>(total - left),
             static_cast<std::uint64_t>(total)}
        );
    }
}

}  // namespace

void copy_store(
    const placed_file& source, const placed_file& target, const backup_progress_callback& progress
) {
    connection from(source.file, access::read_only, busy_time_max_ms);
    require_whole_log(from);
    require_current(from);
    require_place(from, source.place);
    connection to(target.file, access::read_write, busy_time_max_ms);
    to.execute("PRAGMA synchronous = FULL");
    {
        // The open read transaction holds one moment of the source for the whole copy. Without it
        // every commit of the server would make the copy begin again.
        transaction snapshot(from, transaction::kind::read);
        static_cast<void>(from.number("SELECT count(*) FROM sqlite_master"));
        copy_pages(from, to, progress);
    }
    bind_to_place(to, target.place);
    // One file that needs no log beside it: it can be read from anywhere. A writer turns the log on
    // again.
    to.execute("PRAGMA journal_mode = DELETE");
}

void require_sound(const std::filesystem::path& file) {
    connection db(file, access::read_only, busy_time_max_ms);
    require_whole_log(db);
    require_current(db);
    require_own_check(db, "integrity_check");
}

}  // namespace makegood::statestore
