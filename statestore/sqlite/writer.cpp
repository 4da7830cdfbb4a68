#include "statestore/sqlite/writer_state.hpp"

#include <fmt/format.h>

#include "engine/assert.hpp"
#include "statestore/admission.hpp"
#include "statestore/bytes.hpp"
#include "statestore/codec.hpp"
#include "statestore/sqlite/columns.hpp"
#include "statestore/sqlite/place.hpp"

namespace makegood::statestore {
namespace {

std::optional<std::string_view> reason_of(const saga_record& saga) {
    if (!saga.reason) return {};
    return saga.reason->code;
}

}  // namespace

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
    copy_due_at = options.checkpoint_pages;
    // Stays until the end: there is never a moment without a connection, when the log would go.
    const connection prepared = prepare_store(file, options);
    connect();
    transaction changes(open->db, transaction::kind::write);
    open->db.execute("UPDATE owner SET epoch = epoch + 1");
    epoch = static_cast<std::uint64_t>(open->db.number("SELECT epoch FROM owner"));
    newest = read_outbox_state(open->db, open->read_outbox).newest;
    changes.commit();
    ASSERT(epoch > 0);
    end_of_log.emplace(file);
    end_of_log->begins(log_pages);
    migrate_archives();
    if (options.copies_beside_commits) copier = std::make_unique<log_copier>(file, options);
}

// What is in order is closed so that the database is all there is. Everything else stays as a crash
// leaves it, which the next opening can judge.
void sqlite_writer::state::close() {
    if (archive) archive->close();
    stop_copier();
    if (doubtful || !open || !end_of_log) return;
    if (!guarded([this] { require_epoch(); })) return;
    // Before the log goes: a log that is missing although it is needed is a loss.
    const auto closed = guarded([this] {
        forget_copies_in_doubt();
        end_of_log->may_be_gone();
        return open->db.close_log();
    });
    if (!closed || !*closed) end_of_log->needed_after_all();
}

void sqlite_writer::state::stop_copier() {
    if (!copier) return;
    const auto over = copier->finished();
    if (over && over->failed) copies_in_doubt = true;
    copier.reset();
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
    return state_->attempt([&] { return state_->write(changes); });
}

commit_receipt sqlite_writer::state::write(const batch& changes) {
    transaction batch_of_changes(open->db, transaction::kind::write);
    require_epoch();
    admission admitted = admit(
        changes, {[this](const start_claim& claim) { return find_key(claim); },
                  [this](const saga_commit& change) { return is_gone(change); }}
    );
    counter_changes counters;
    for (const saga_commit* change : admitted.sagas)
        write_saga(*change, counters);
    write_counters(counters);
    const outbox_position last = write_events(admitted, changes.at);
    if (admitted.sagas.empty()) open->prove.run(milliseconds_of(changes.at));
    batch_of_changes.commit();
    newest = last;
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
    const saga_id holder = read_id(open->db, found, 0);
    return key_holder{holder, value_of(decode_started(found.bytes(1))).fingerprint};
}

void sqlite_writer::state::write_saga(const saga_commit& change, counter_changes& counters) {
    const saga_record& saga = *change.saga;
    const auto id_array = id_bytes(saga.id);
    const blob id = blob_of(id_array);
    const bool starts = change.entries.front().sequence == 1;
    if (starts) write_start(change, id, counters);
    for (const journal_entry& entry : change.entries) {
        if (entry.sequence == 1) continue;
        open->insert_entry.run(id, entry.sequence, milliseconds_of(entry.at), encoded(entry.event));
    }
    counters["journal_entries"] += static_cast<std::int64_t>(change.entries.size());
    if (!starts && change.stores_record) write_record(saga, id);
    if (saga.ended()) {
        write_end(change, id, counters);
    } else if (starts) {
        open->insert_unfinished.run(id, milliseconds_of(change.wake_at));
    } else if (change.stores_wake) {
        open->update_unfinished.run(id, milliseconds_of(change.wake_at));
        require_changed(saga);
    }
}

void sqlite_writer::state::write_start(
    const saga_commit& change, blob id, counter_changes& counters
) {
    const saga_record& saga = *change.saga;
    const journal_entry& first = change.entries.front();
    open->insert_start.run(id, milliseconds_of(first.at), encoded(first.event));
    const std::int64_t start = open->db.last_position();
    std::optional<std::int64_t> record;
    if (saga.sequence > 1) {
        open->insert_record.run(encoded(saga));
        record = open->db.last_position();
    }
    open->insert_saga.run(
        id, start, record, saga.sequence, number_of(saga.status()), saga.state.value,
        reason_of(saga), change.claim.has_value(), milliseconds_of(saga.created_at),
        milliseconds_of(saga.updated_at)
    );
    const std::string_view customer = saga.customer.value;
    open->insert_of_customer.run(customer, milliseconds_of(saga.created_at), id);
    if (!change.claim) return;
    open->insert_of_customer.run(customer, change.claim->key.value, id);
    ++counters["idempotency_keys"];
}

// Entries whose predecessor is not there would make a gap; one that is there already breaks the key
// of the table. So a journal stays whole, whatever the row of its saga says. Only a saga that had
// ended and of which nothing is left was pruned.
bool sqlite_writer::state::is_gone(const saga_commit& change) {
    const saga_record& saga = *change.saga;
    const auto id_array = id_bytes(saga.id);
    const blob id = blob_of(id_array);
    const journal_sequence before = change.entries.front().sequence - 1;
    const bool has_saga = before == 1 && open->find_saga.select(id).next();
    if (has_saga || (before > 1 && open->find_entry.select(id, before).next())) return false;
    const bool nothing_is_left =
        !open->find_saga.select(id).next() && !open->find_any_entry.select(id).next();
    if (change.had_ended && nothing_is_left) return true;
    fail_unfollowed(saga, before + 1);
}

void sqlite_writer::state::write_record(const saga_record& saga, blob id) {
    std::optional<std::int64_t> record;
    {
        rows found = open->find_record.select(id);
        if (!found.next()) fail_unfollowed(saga, saga.sequence);
        if (!found.is_null(0)) record = found.integer(0);
    }
    if (record) {
        open->update_record.run(*record, encoded(saga));
        require_changed(saga);
    } else {
        open->insert_record.run(encoded(saga));
        record = open->db.last_position();
    }
    open->update_saga.run(
        id, *record, saga.sequence, number_of(saga.status()), saga.state.value, reason_of(saga),
        milliseconds_of(saga.updated_at)
    );
}

// A row that is gone is not changed, and nothing else says so.
void sqlite_writer::state::require_changed(const saga_record& saga) const {
    if (open->db.changes() == 0) fail_unfollowed(saga, saga.sequence);
}

void sqlite_writer::state::fail_unfollowed(const saga_record& saga, journal_sequence sequence)
    const {
    throw store_failure{
        {store_errc::corrupt, fmt::format(
                                  "{}: entry {} of {} does not follow what is stored; nothing of "
                                  "the batch was kept, run "
                                  "`makegood verify`",
                                  file.string(), sequence, saga.id.text()
                              )}};
}

// Valid until the next call of one of the two.
blob sqlite_writer::state::encoded(const event& happened) {
    buffer.clear();
    encode_event_to(happened, buffer);
    return {buffer};
}

blob sqlite_writer::state::encoded(const saga_record& saga) {
    buffer.clear();
    encode_record_to(saga, buffer);
    return {buffer};
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

}  // namespace makegood::statestore
