#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <type_traits>
#include <vector>

#include "statestore/admission.hpp"
#include "statestore/sqlite/connection.hpp"
#include "statestore/sqlite/log_copier.hpp"
#include "statestore/sqlite/log_end.hpp"
#include "statestore/sqlite/pruning.hpp"
#include "statestore/sqlite/session.hpp"
#include "statestore/sqlite/store.hpp"

namespace makegood::statestore {

// Changes of the table `counters`, gathered over one transaction.
using counter_changes = std::map<std::string, std::int64_t, std::less<>>;

// What is behind a writer. writer.cpp commits, removal.cpp drops what has outlived its retention,
// outbox.cpp keeps events, log_copying.cpp copies the log into the database.
struct sqlite_writer::state {
    std::filesystem::path file;
    sqlite_options options;
    std::uint64_t epoch = 0;
    std::unique_ptr<writer_session> open;
    std::optional<log_end_keeper> end_of_log;
    // The last error leaves the connection's view of the file in doubt.
    bool doubtful = false;
    outbox_position newest = 0;        // of the events in the store, as of the last commit
    std::uint32_t log_pages = 0;       // after the last commit
    std::uint32_t log_pages_seen = 0;  // by copy_log_when_due()
    std::uint32_t copy_due_at = 0;     // pages of the log
    std::optional<std::uint32_t> asked_to_copy;  // pages: what the copier was asked for in this log
    // After a copy that failed: what was copied before may not have reached the disk either.
    bool copies_in_doubt = false;
    std::string buffer;                                // of encoded bytes, used again and again
    prune_walk walk;                                   // of prune_some()
    std::unique_ptr<state> archive;                    // the one that was written last
    std::optional<std::string> archive_wanted;         // the month of the one to be opened instead
    std::set<std::filesystem::path> archives_checked;  // as a whole, by this writer
    std::unique_ptr<log_copier> copier;  // none: the writer copies all of the log itself

    void connect();
    void take_over();
    void renew_when_doubtful();
    void note(store_failure& failure);
    void close();
    // One step on a connection that can be trusted; notes how it failed.
    template <class Step>
    auto attempt(const Step& step) -> store_result<std::invoke_result_t<Step>>;

    commit_receipt write(const batch& changes);
    void require_epoch();
    std::optional<key_holder> find_key(const start_claim& claim);
    void write_saga(const saga_commit& change, counter_changes& counters);
    void write_start(const saga_commit& change, blob id, counter_changes& counters);
    bool is_gone(const saga_commit& change);
    void write_record(const saga_record& saga, blob id);
    void require_changed(const saga_record& saga) const;
    void write_end(const saga_commit& change, blob id, counter_changes& counters);
    void write_counters(const counter_changes& counters);
    [[noreturn]] void fail_unfollowed(const saga_record& saga, journal_sequence sequence) const;
    blob encoded(const event& happened);
    blob encoded(const saga_record& saga);

    outbox_position write_events(const admission& admitted, instant at);
    bool note_sent(outbox_position up_to);
    std::uint64_t drop_some(instant committed_before, droppable_events which);

    std::uint64_t forget_some(instant ended_before, bool& more);
    bool forget_key(const rows& expired, std::uint64_t& forgotten);
    pruning prune_some(instant ended_before, std::size_t at_most);
    void remove(const whole_saga& saga);
    void keep_in_archive(const std::vector<whole_saga>& sagas);
    [[nodiscard]] bool has_open_archive(const std::string& month) const;
    void open_archive(const std::string& month);
    void migrate_archives();

    void copy_log_when_due();
    [[nodiscard]] bool copier_did_its_part();
    void stop_copier();
    void ask_copier(std::uint32_t pages);
    void copy_rest_of_log();
    void forget_copies_in_doubt();
};

template <class Step>
auto sqlite_writer::state::attempt(const Step& step) -> store_result<std::invoke_result_t<Step>> {
    try {
        renew_when_doubtful();
        auto done = step();
        copy_log_when_due();
        return done;
    } catch (store_failure& failure) {
        note(failure);
        return failure.error;
    }
}

}  // namespace makegood::statestore
