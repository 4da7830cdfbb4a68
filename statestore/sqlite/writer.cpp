#include <fmt/format.h>

#include <map>

#include "engine/assert.hpp"
#include "statestore/admission.hpp"
#include "statestore/bytes.hpp"
#include "statestore/codec.hpp"
#include "statestore/sqlite/columns.hpp"
#include "statestore/sqlite/connection.hpp"
#include "statestore/sqlite/log_end.hpp"
#include "statestore/sqlite/session.hpp"
#include "statestore/sqlite/store.hpp"

namespace makegood::statestore {
namespace {

constexpr int keys_forgotten_at_once = 1'000;

// Changes of the table `counters`, gathered over one transaction.
using counter_changes = std::map<std::string, std::int64_t, std::less<>>;

}  // namespace

struct sqlite_writer::state {
    std::filesystem::path file;
    sqlite_options options;
    std::uint64_t epoch = 0;
    std::unique_ptr<writer_session> open;
    std::optional<log_end_keeper> end_of_log;
    // The last error leaves the connection's view of the file in doubt.
    bool doubtful = false;
    std::uint32_t log_pages = 0;       // after the last commit
    std::uint32_t log_pages_seen = 0;  // by checkpoint_when_due()
    std::uint32_t checkpoint_at = 0;   // pages of the log
    std::string buffer;                // of encoded bytes, used again and again

    void connect();
    void take_over();
    void renew_when_doubtful();
    void note(store_failure& failure);
    void close();

    commit_receipt write(const batch& changes);
    void require_epoch();
    std::optional<key_holder> find_key(const start_claim& claim);
    void write_saga(const saga_commit& change, counter_changes& counters);
    void write_record(const saga_commit& change, blob id);
    void write_end(const saga_commit& change, blob id, counter_changes& counters);
    void write_counters(const counter_changes& counters);

    std::uint64_t forget_some(instant ended_before, bool& more);
    void forget_key(const rows& expired, std::uint64_t& forgotten);
    void checkpoint_when_due();
};

// -- opening

store_result<std::unique_ptr<sqlite_writer>> sqlite_writer::open(
    const std::filesystem::path& file, const sqlite_options& options
) {
    return guarded([&] {
        auto opened = std::make_unique<state>();
        opened->file = file;
        opened->options = options;
        opened->take_over();
        return std::unique_ptr<sqlite_writer>(new sqlite_writer(std::move(opened)));
    });
}

sqlite_writer::sqlite_writer(std::unique_ptr<state> opened) : state_(std::move(opened)) {}
sqlite_writer::~sqlite_writer() {
    state_->close();
}

std::uint64_t sqlite_writer::epoch() const {
    return state_->epoch;
}
std::uint32_t sqlite_writer::log_pages() const {
    return state_->log_pages;
}

void sqlite_writer::state::take_over() {
    checkpoint_at = options.checkpoint_pages;
    // Stays until the end: there is never a moment without a connection, when the log would go.
    const connection prepared = prepare_store(file, options);
    connect();
    transaction changes(open->db, transaction::kind::write);
    open->db.execute("UPDATE owner SET epoch = epoch + 1");
    epoch = static_cast<std::uint64_t>(open->db.number("SELECT epoch FROM owner"));
    changes.commit();
    ASSERT(epoch > 0);
    end_of_log.emplace(file);
    end_of_log->begins(log_pages);
}

// What is in order is closed so that the database is all there is. Everything else stays as a crash
// leaves it, which the next opening can judge.
void sqlite_writer::state::close() {
    if (doubtful || !open || !end_of_log) return;
    if (!guarded([this] { require_epoch(); })) return;
    // Before the log goes: a log that is missing although it is needed is a loss.
    const auto closed = guarded([this] {
        end_of_log->may_be_gone();
        return open->db.close_log();
    });
    if (!closed || !*closed) end_of_log->needed_after_all();
}

// Opens the new connection before it closes the old one: while one is open, SQLite's index of the
// log stays in memory, and with it what a failed commit left in the log stays invisible and is
// overwritten by the next one.
void sqlite_writer::state::connect() {
    auto renewed = std::make_unique<writer_session>(file, options);
    renewed->db.watch_log(log_pages);
    open = std::move(renewed);
}

void sqlite_writer::state::renew_when_doubtful() {
    if (!doubtful) return;
    connect();
    // Should the log have to begin again, a new connection draws its salts anew.
    end_of_log->anything_may_follow();
    doubtful = false;
}

void sqlite_writer::state::note(store_failure& failure) {
    if (failure.error.code == store_errc::full) {
        failure.error.detail += ", the server goes on by itself";
    }
    doubtful |= failure.error.code == store_errc::io || failure.error.code == store_errc::corrupt;
}

// -- committing

store_result<commit_receipt> sqlite_writer::commit(const batch& changes) {
    if (std::optional<store_error> problem = malformation(changes)) return std::move(*problem);
    try {
        state_->renew_when_doubtful();
        commit_receipt receipt = state_->write(changes);
        state_->checkpoint_when_due();
        return receipt;
    } catch (store_failure& failure) {
        state_->note(failure);
        return failure.error;
    }
}

commit_receipt sqlite_writer::state::write(const batch& changes) {
    transaction batch_of_changes(open->db, transaction::kind::write);
    require_epoch();
    admission admitted =
        admit(changes, [this](const start_claim& claim) { return find_key(claim); });
    counter_changes counters;
    for (const saga_commit* change : admitted.sagas)
        write_saga(*change, counters);
    write_counters(counters);
    if (admitted.sagas.empty()) open->prove.run(milliseconds_of(changes.at));
    batch_of_changes.commit();
    end_of_log->reaches(log_pages);
    return std::move(admitted.receipt);
}

void sqlite_writer::state::require_epoch() {
    rows found = open->read_epoch.select();
    const std::uint64_t stored = found.next() ? static_cast<std::uint64_t>(found.integer(0)) : 0;
    if (stored == epoch) return;
    throw store_failure{
        {store_errc::stale_owner,
         fmt::format(
             "{} was opened by another owner (epoch {}, this one has {}): this process must stop",
             file.string(), stored, epoch
         )}};
}

std::optional<key_holder> sqlite_writer::state::find_key(const start_claim& claim) {
    rows found = open->find_key.select(claim.customer.value, claim.key.value);
    if (!found.next()) return {};
    return key_holder{read_id(open->db, found, 0), read_fingerprint(open->db, found, 1)};
}

void sqlite_writer::state::write_saga(const saga_commit& change, counter_changes& counters) {
    const saga_record& saga = *change.saga;
    const auto id_array = id_bytes(saga.id);
    const blob id = blob_of(id_array);
    for (const journal_entry& entry : change.entries) {
        buffer.clear();
        encode_event_to(entry.event, buffer);
        open->insert_entry.run(id, entry.sequence, milliseconds_of(entry.at), blob{buffer});
    }
    counters["journal_entries"] += static_cast<std::int64_t>(change.entries.size());
    write_record(change, id);
    if (change.claim) {
        const start_claim& claim = *change.claim;
        open->insert_key.run(claim.customer.value, claim.key.value, id, blob_of(claim.fingerprint));
        ++counters["idempotency_keys"];
    }
    if (saga.ended()) {
        write_end(change, id, counters);
    } else if (change.entries.front().sequence == 1) {
        open->insert_unfinished.run(id, milliseconds_of(change.wake_at));
    } else {
        open->update_unfinished.run(id, milliseconds_of(change.wake_at));
    }
    for (const outbox_event& each : change.outbox) {
        open->insert_outbox.run(id, each.sequence, each.type);
    }
}

void sqlite_writer::state::write_record(const saga_commit& change, blob id) {
    const saga_record& saga = *change.saga;
    const std::string_view status = status_text(saga.status());
    std::optional<std::string_view> reason;
    if (saga.reason) reason = saga.reason->code;
    buffer.clear();
    encode_record_to(saga, buffer);
    const journal_sequence first = change.entries.front().sequence;
    if (first == 1) {
        open->insert_saga.run(
            id, saga.sequence, status, saga.state.value, saga.customer.value, reason,
            change.claim.has_value(), milliseconds_of(saga.created_at),
            milliseconds_of(saga.updated_at), blob{buffer}
        );
        return;
    }
    open->update_saga.run(
        id, first - 1, saga.sequence, status, saga.state.value, reason,
        milliseconds_of(saga.updated_at), blob{buffer}
    );
    if (open->db.changes() == 1) return;
    throw store_failure{
        {store_errc::corrupt, fmt::format(
                                  "{}: entry {} of {} does not follow what is stored; nothing of "
                                  "the batch was kept, run "
                                  "`makegood verify`",
                                  file.string(), first, saga.id.text()
                              )}};
}

// An ended saga may get more entries, such as a late signal: only the first commit with the end
// finds it unfinished, or starts it.
void sqlite_writer::state::write_end(
    const saga_commit& change, blob id, counter_changes& counters
) {
    open->delete_unfinished.run(id);
    const bool starts = change.entries.front().sequence == 1;
    if (open->db.changes() == 0 && !starts) return;
    open->retain_key.run(id);
    ++counters[ended_counter(change.saga->id.prefix(), status_text(change.saga->status()))];
}

void sqlite_writer::state::write_counters(const counter_changes& counters) {
    for (const auto& [name, change] : counters)
        open->add_to_counter.run(name, change);
}

// The log is copied into the database by the writer itself, between two commits. A copier beside it
// would never see a moment at which all is copied, so that the log could begin again, while commits
// go on. Readers that overlap without a pause would delay that moment for ever: past log_pages_max
// the writer waits for them, for a few milliseconds at a time.
void sqlite_writer::state::checkpoint_when_due() {
    if (log_pages < log_pages_seen) checkpoint_at = options.checkpoint_pages;  // it began again
    log_pages_seen = log_pages;
    if (log_pages < checkpoint_at) return;
    checkpoint_at = log_pages + options.checkpoint_pages;
    try {
        if (log_pages < options.log_pages_max) {
            open->db.checkpoint();
        } else {
            open->db.restart_log(options.reader_wait_max_ms);
        }
    } catch (store_failure& failure) {
        // The commit before has succeeded; if the disk is really broken the next one says so.
        note(failure);
    }
}

// -- forgetting

store_result<std::uint64_t> sqlite_writer::forget_keys(instant ended_before) {
    try {
        std::uint64_t forgotten = 0;
        // A batch of which nothing counts, as all its keys were used again, is not the end.
        for (bool more = true; more && forgotten == 0;) {
            state_->renew_when_doubtful();
            forgotten += state_->forget_some(ended_before, more);
            state_->checkpoint_when_due();
        }
        return forgotten;
    } catch (store_failure& failure) {
        state_->note(failure);
        return failure.error;
    }
}

std::uint64_t sqlite_writer::state::forget_some(instant ended_before, bool& more) {
    transaction changes(open->db, transaction::kind::write);
    require_epoch();
    std::vector<std::pair<std::int64_t, std::string>> expired;
    std::uint64_t forgotten = 0;
    {
        rows found =
            open->find_expired_keys.select(milliseconds_of(ended_before), keys_forgotten_at_once);
        while (found.next()) {
            expired.emplace_back(found.integer(0), found.bytes(1));
            forget_key(found, forgotten);
        }
    }
    for (const auto& [ended_at, id] : expired)
        open->delete_retained.run(ended_at, blob{id});
    write_counters({{"idempotency_keys", -static_cast<std::int64_t>(forgotten)}});
    changes.commit();
    end_of_log->reaches(log_pages);
    more = expired.size() == keys_forgotten_at_once;
    return forgotten;
}

// A key that was forgotten before and used again belongs to another saga by now and stays.
void sqlite_writer::state::forget_key(const rows& expired, std::uint64_t& forgotten) {
    const saga_started started = value_of(decode_started(expired.bytes(2)));
    const std::string id(expired.bytes(1));
    open->delete_key.run(started.customer.value, started.key.value, blob{id});
    forgotten += static_cast<std::uint64_t>(open->db.changes());
}

}  // namespace makegood::statestore
