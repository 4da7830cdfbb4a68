#include <utility>

#include "engine/assert.hpp"
#include "statestore/bytes.hpp"
#include "statestore/codec.hpp"
#include "statestore/sqlite/archive.hpp"
#include "statestore/sqlite/columns.hpp"
#include "statestore/sqlite/place.hpp"
#include "statestore/sqlite/schema.hpp"
#include "statestore/sqlite/writer_state.hpp"

// What a writer drops once its time is over: the keys of ended sagas, then the sagas.
namespace makegood::statestore {
namespace {

constexpr int keys_forgotten_at_once = 100;

}  // namespace

// -- forgetting

store_result<std::uint64_t> sqlite_writer::forget_keys(instant ended_before) {
    // A batch of which nothing counts, as all its keys were used again, is not the end.
    for (bool more = true;;) {
        auto forgotten = state_->attempt([&] { return state_->forget_some(ended_before, more); });
        if (!forgotten || *forgotten > 0 || !more) return forgotten;
    }
}

std::uint64_t sqlite_writer::state::forget_some(instant ended_before, bool& more) {
    transaction changes(open->db, transaction::kind::write);
    require_epoch();
    std::vector<std::pair<std::int64_t, std::string>> expired;
    std::uint64_t forgotten = 0;
    int looked_at = 0;
    {
        rows found =
            open->find_expired_keys.select(milliseconds_of(ended_before), keys_forgotten_at_once);
        for (; found.next(); ++looked_at) {
            if (!forget_key(found, forgotten)) continue;
            expired.emplace_back(found.integer(0), found.bytes(1));
        }
    }
    for (const auto& [ended_at, id] : expired)
        open->delete_retained.run(ended_at, blob{id});
    write_counters({{"idempotency_keys", -static_cast<std::int64_t>(forgotten)}});
    changes.commit();
    end_of_log->reaches(log_pages);
    more = looked_at == keys_forgotten_at_once && !expired.empty();
    return forgotten;
}

// A key that was forgotten before and used again belongs to another saga by now and stays. False
// for a saga that is damaged: nobody knows its key, so that stays too, and holds up no other.
bool sqlite_writer::state::forget_key(const rows& expired, std::uint64_t& forgotten) {
    const std::string id(expired.bytes(1));
    const auto started = decode_started(expired.bytes(2));
    if (!started) {
        if (!walk.damaged.contains(id)) walk.note_damage(id, started.error().detail);
        return false;
    }
    open->delete_of_customer.run(started->customer.value, started->key.value, blob{id});
    forgotten += static_cast<std::uint64_t>(open->db.changes());
    return true;
}

// -- pruning

store_result<pruning> sqlite_writer::prune(instant ended_before, std::size_t at_most) {
    ASSERT(at_most > 0);
    std::string from = state_->walk.after;
    try {
        state_->renew_when_doubtful();
        pruning done = state_->prune_some(ended_before, at_most);
        state_->copy_log_when_due();
        return done;
    } catch (store_failure& failure) {
        prune_walk& walk = state_->walk;
        walk.after = std::move(from);
        state_->note(failure);
        // What is known to be damaged is passed by from now on.
        if (!walk.untold.empty()) return pruning{{}, std::exchange(walk.untold, {}), true};
        return failure.error;
    }
}

// The archive is durable before anything is removed. A crash between the two leaves sagas in both,
// and the next round moves them again. To open an archive is a step of its own: it may take as long
// as all the rest.
pruning sqlite_writer::state::prune_some(instant ended_before, std::size_t at_most) {
    if (archive_wanted) {
        open_archive(*std::exchange(archive_wanted, std::nullopt));
        return pruning{{}, {}, true};
    }
    const std::string from = walk.after;
    transaction changes(open->db, transaction::kind::write);
    require_epoch();
    const std::vector<whole_saga> found = find_prunable(*open, walk, ended_before, at_most);
    if (options.archives && !found.empty()) {
        const std::string month = month_of(found.front());
        if (!has_open_archive(month)) {
            archive_wanted = month;
            walk.after = from;
            return pruning{{}, {}, true};
        }
        keep_in_archive(found);
    }
    for (const whole_saga& each : found)
        remove(each);
    if (!found.empty()) {
        changes.commit();
        end_of_log->reaches(log_pages);
    }
    pruning done;
    for (const whole_saga& each : found)
        done.sagas.push_back({each.id, each.status});
    done.damaged = std::exchange(walk.untold, {});
    done.more = !walk.at_end;
    if (walk.at_end) walk.after.clear();
    return done;
}

// One that cannot be removed does not keep the others for ever.
void sqlite_writer::state::remove(const whole_saga& saga) {
    try {
        remove_whole(*open, saga);
    } catch (const store_failure& failure) {
        if (failure.error.code == store_errc::corrupt)
            walk.note_damage(saga.key, failure.error.detail);
        throw;
    }
}

// In the one that is open.
void sqlite_writer::state::keep_in_archive(const std::vector<whole_saga>& sagas) {
    try {
        transaction changes(archive->open->db, transaction::kind::write);
        archive->require_epoch();
        for (const whole_saga& each : sagas)
            insert_whole(*archive->open, each);
        changes.commit();
        archive->end_of_log->reaches(archive->log_pages);
    } catch (const store_failure&) {
        archives_checked.erase(archive->file);
        archive.reset();  // opened anew, and checked, by the next step
        throw;
    }
    archive->copy_log_when_due();
}

bool sqlite_writer::state::has_open_archive(const std::string& month) const {
    return archive && archive->file == archive_path(file, month);
}

void sqlite_writer::state::open_archive(const std::string& month) {
    if (archive) archive->close();
    archive.reset();
    auto opened = std::make_unique<state>();
    opened->file = archive_path(file, month);
    opened->options = options;
    opened->options.archives = false;
    opened->options.place = read_place(open->db);
    if (!std::filesystem::exists(opened->file)) {
        create_archive(opened->file, opened->options);
    } else if (archives_checked.contains(opened->file)) {
        opened->options.checked_pages_max = 0;
    }
    opened->take_over();
    archives_checked.insert(opened->file);
    archive = std::move(opened);
}

// Nobody reads an archive of an earlier schema before a server has migrated it, and a month that is
// over may never be written again. One that cannot be migrated stays as it is: verify says why.
void sqlite_writer::state::migrate_archives() {
    for (const std::filesystem::path& each : archives_of(file)) {
        const auto migrated = guarded([&] {
            const std::int64_t version =
                connection(each, access::read_only, options.busy_time_max_ms)
                    .header()
                    .schema_version;
            if (version >= migrations().back().version) return;
            state opened;
            opened.file = each;
            opened.options = options;
            opened.options.archives = false;
            opened.options.copies_beside_commits = false;
            opened.options.place = read_place(open->db);
            opened.take_over();
            opened.close();
        });
        static_cast<void>(migrated);
    }
}

}  // namespace makegood::statestore
