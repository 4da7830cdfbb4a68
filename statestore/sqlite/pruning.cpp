#include "statestore/sqlite/pruning.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "statestore/codec.hpp"
#include "statestore/sqlite/columns.hpp"

namespace makegood::statestore {
namespace {

// The ids of a family differ in their prefixes only.
constexpr std::size_t family_size = 16;
// What one step may read, so that a commit waits for milliseconds: rows of sagas, most of which
// may have to stay, and entries of journals, of which one saga may have very many.
constexpr int rows_at_once = 1'000;
constexpr std::int64_t entries_at_once = 2'000;

bool has_open_family(writer_session& store, const std::string& key) {
    const std::string family = key.substr(0, family_size);
    const std::string first = family + "aaa";
    const std::string last = family + "zzz";
    return store.find_open_of_family.select(blob{first}, blob{last}).next();
}

bool keeps_key(writer_session& store, const whole_saga& saga, const idempotency_key& key) {
    return saga.has_key
           && store.find_of_customer.select(saga.customer, key.value, blob{saga.key}).next();
}

whole_saga read_row(writer_session& store, const rows& row) {
    whole_saga saga;
    saga.key = row.bytes(0);
    saga.id = read_id(store.db, row, 0);
    saga.last_sequence = row.integer(3);
    const auto status = status_of(row.integer(4));
    if (!status) fail_corrupt(store.db, fmt::format("{} is no status", row.integer(4)));
    saga.status = *status;
    saga.state = row.bytes(5);
    if (!row.is_null(6)) saga.reason = std::string(row.bytes(6));
    saga.has_key = row.integer(7) != 0;
    saga.created_at = instant_of(row.integer(8));
    saga.updated_at = instant_of(row.integer(9));
    return saga;
}

// Returns the idempotency key, or an empty one.
idempotency_key read_start(writer_session& store, const rows& row, whole_saga& saga) {
    rows first = store.find_start.select(row.integer(1), blob{saga.key});
    if (!first.next()) fail_corrupt(store.db, "its first entry is missing");
    saga.entries.push_back({1, instant_of(first.integer(0)), std::string(first.bytes(1))});
    saga_started started = value_of(decode_started(first.bytes(1)));
    saga.customer = std::move(started.customer.value);
    return std::move(started.key);
}

void read_rest(writer_session& store, const rows& row, whole_saga& saga) {
    if (!row.is_null(2)) {
        rows record = store.find_record_at.select(row.integer(2));
        if (!record.next()) fail_corrupt(store.db, "its record is missing");
        saga.record = std::string(record.bytes(0));
    }
    for (rows entry = store.find_entries.select(blob{saga.key}); entry.next();) {
        saga.entries.push_back(
            {entry.integer(0), instant_of(entry.integer(1)), std::string(entry.bytes(2))}
        );
    }
    if (std::ssize(saga.entries) != saga.last_sequence) {
        fail_corrupt(store.db, "its journal is not whole");
    }
}

// Nothing when the saga has to stay. Throws when it cannot be read.
std::optional<whole_saga> read_when_free(writer_session& store, const rows& row) {
    whole_saga saga = read_row(store, row);
    if (has_open_family(store, saga.key)) return {};
    if (keeps_key(store, saga, read_start(store, row, saga))) return {};
    read_rest(store, row, saga);
    return saga;
}

void count(writer_session& store, const whole_saga& saga, std::int64_t entries) {
    const std::string ended = ended_counter(saga.id.prefix(), status_text(saga.status));
    store.add_to_counter.run(std::string_view(ended), entries < 0 ? -1 : 1);
    store.add_to_counter.run(std::string_view("journal_entries"), entries);
}

}  // namespace

std::string month_of(const whole_saga& saga) {
    return format_instant(saga.updated_at).substr(0, std::string_view("2027-01").size());
}

void prune_walk::note_damage(const std::string& key, const std::string& detail) {
    const auto id = parse_id_bytes(key);
    const std::string name = id ? id->text() : std::string("without a name");
    damaged.insert(key);
    untold.push_back(fmt::format("saga {} cannot be read and stays: {}", name, detail));
}

std::vector<whole_saga> find_prunable(
    writer_session& store, prune_walk& walk, instant ended_before, std::size_t at_most
) {
    // A saga's id begins with the moment of its creation, in six bytes.
    constexpr std::int64_t latest = (std::int64_t{1} << 48) - 1;
    const std::int64_t before = std::clamp<std::int64_t>(milliseconds_of(ended_before), 0, latest);
    const auto bound = id_bytes(saga_id::make("aaa", before, partition{0}, {}));
    const std::string from = walk.after;
    std::vector<whole_saga> found;
    std::int64_t entries = 0;
    int looked_at = 0;
    rows row = store.walk_sagas.select(blob{from}, blob_of(bound), rows_at_once);
    while (found.size() < at_most && entries < entries_at_once) {
        walk.at_end = !row.next();
        if (walk.at_end) break;
        ++looked_at;
        const std::string last = std::exchange(walk.after, std::string(row.bytes(0)));
        const bool has_ended = row.integer(4) >= number_of(saga_status::completed)
                               && row.integer(9) < milliseconds_of(ended_before);
        if (!has_ended || walk.damaged.contains(walk.after)) continue;
        try {
            if (auto saga = read_when_free(store, row)) {
                if (!found.empty() && month_of(*saga) != month_of(found.front())) {
                    walk.after = last;  // the next step begins with it
                    return found;
                }
                entries += saga->last_sequence;
                found.push_back(std::move(*saga));
            }
        } catch (const store_failure& failure) {
            if (failure.error.code != store_errc::corrupt) throw;
            walk.note_damage(walk.after, failure.error.detail);
            if (!store.db.in_transaction()) throw;  // rolled back: the next step passes it by
        }
    }
    if (walk.at_end) walk.at_end = looked_at < rows_at_once;
    return found;
}

void insert_whole(writer_session& store, const whole_saga& saga) {
    const blob id{saga.key};
    if (store.find_saga.select(id).next()) remove_whole(store, saga);
    const whole_saga::entry& first = saga.entries.front();
    store.insert_start.run(id, milliseconds_of(first.at), blob{first.event});
    const std::int64_t start = store.db.last_position();
    for (const whole_saga::entry& each : saga.entries) {
        if (each.sequence == 1) continue;
        store.insert_entry.run(id, each.sequence, milliseconds_of(each.at), blob{each.event});
    }
    std::optional<std::int64_t> record;
    if (saga.record) {
        store.insert_record.run(blob{*saga.record});
        record = store.db.last_position();
    }
    std::optional<std::string_view> reason;
    if (saga.reason) reason = *saga.reason;
    store.insert_saga.run(
        id, start, record, saga.last_sequence, number_of(saga.status), std::string_view(saga.state),
        reason, saga.has_key, milliseconds_of(saga.created_at), milliseconds_of(saga.updated_at)
    );
    store.insert_of_customer.run(saga.customer, milliseconds_of(saga.created_at), id);
    count(store, saga, std::ssize(saga.entries));
}

void remove_whole(writer_session& store, const whole_saga& saga) {
    const blob id{saga.key};
    store.delete_entries.run(id);
    const std::int64_t entries = store.db.changes() + 1;  // the first one lies in `starts`
    store.delete_start.run(id);
    store.delete_record.run(id);
    store.delete_saga.run(id);
    store.delete_of_customer.run(saga.customer, milliseconds_of(saga.created_at), id);
    count(store, saga, -entries);
}

}  // namespace makegood::statestore
