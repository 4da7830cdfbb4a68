#include "statestore/sqlite/pruning.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "statestore/codec.hpp"
#include "statestore/sqlite/columns.hpp"

namespace makegood::statestore {
namespace {

// The ids of a family differ in their prefixes only.
constexpr std::size_t family_size = 16;

std::set<std::string> unpublished_sagas(writer_session& store) {
    std::set<std::string> sagas;
    for (rows found = store.find_unpublished.select(); found.next();)
        sagas.emplace(found.bytes(0));
    return sagas;
}

whole_saga read_whole(writer_session& store, const rows& row) {
    whole_saga saga;
    saga.id = row.bytes(0);
    saga.last_sequence = row.integer(3);
    saga.status = row.integer(4);
    saga.state = row.bytes(5);
    if (!row.is_null(6)) saga.reason = std::string(row.bytes(6));
    saga.has_key = row.integer(7) != 0;
    saga.created_at = instant_of(row.integer(8));
    saga.updated_at = instant_of(row.integer(9));
    if (row.is_null(11)) fail_corrupt(store.db, "an ended saga has no first entry");
    saga.entries.push_back({1, instant_of(row.integer(10)), std::string(row.bytes(11))});
    if (!row.is_null(12)) saga.record = std::string(row.bytes(12));
    for (rows entry = store.find_entries.select(blob{saga.id}); entry.next();) {
        saga.entries.push_back(
            {entry.integer(0), instant_of(entry.integer(1)), std::string(entry.bytes(2))}
        );
    }
    // Nothing that is damaged is removed.
    if (std::ssize(saga.entries) != saga.last_sequence) {
        fail_corrupt(store.db, "the journal of an ended saga is not whole");
    }
    return saga;
}

bool has_open_family(writer_session& store, const whole_saga& saga) {
    const std::string family = saga.id.substr(0, family_size);
    const std::string first = family + "aaa";
    const std::string last = family + "zzz";
    return store.find_open_of_family.select(blob{first}, blob{last}).next();
}

bool keeps_key(writer_session& store, const whole_saga& saga, const idempotency_key& key) {
    return saga.has_key
           && store.find_of_customer.select(saga.customer, key.value, blob{saga.id}).next();
}

void count(writer_session& store, const whole_saga& saga, int sign) {
    const std::string_view status = status_text(static_cast<saga_status>(saga.status));
    const std::string ended = ended_counter(std::string_view(saga.id).substr(family_size), status);
    store.add_to_counter.run(std::string_view(ended), sign);
    store.add_to_counter.run(std::string_view("journal_entries"), sign * std::ssize(saga.entries));
}

}  // namespace

prunable find_prunable(writer_session& store, const prune_range& range) {
    // A saga's id begins with the moment of its creation, in six bytes.
    constexpr std::int64_t latest = (std::int64_t{1} << 48) - 1;
    const std::int64_t before =
        std::clamp<std::int64_t>(milliseconds_of(range.ended_before), 0, latest);
    const auto bound = id_bytes(saga_id::make("aaa", before, partition{0}, {}));
    const std::set<std::string> unpublished = unpublished_sagas(store);
    prunable found{{}, range.after, true};
    std::size_t looked_at = 0;
    rows row = store.find_ended.select(
        blob{range.after}, blob_of(bound), milliseconds_of(range.ended_before), range.at_most
    );
    while (row.next()) {
        ++looked_at;
        whole_saga saga = read_whole(store, row);
        found.after = saga.id;
        const saga_started started = value_of(decode_started(saga.entries.front().event));
        saga.customer = started.customer.value;
        const bool stays = unpublished.contains(saga.id) || has_open_family(store, saga)
                           || keeps_key(store, saga, started.key);
        if (!stays) found.sagas.push_back(std::move(saga));
    }
    found.at_end = looked_at < range.at_most;
    return found;
}

void insert_whole(writer_session& store, const whole_saga& saga) {
    const blob id{saga.id};
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
        id, start, record, saga.last_sequence, saga.status, std::string_view(saga.state), reason,
        saga.has_key, milliseconds_of(saga.created_at), milliseconds_of(saga.updated_at)
    );
    store.insert_of_customer.run(saga.customer, milliseconds_of(saga.created_at), id);
    count(store, saga, 1);
}

void remove_whole(writer_session& store, const whole_saga& saga) {
    const blob id{saga.id};
    store.delete_entries.run(id);
    const std::int64_t entries = store.db.changes() + 1;
    store.delete_start.run(id);
    store.delete_record.run(id);
    store.delete_saga.run(id);
    store.delete_of_customer.run(saga.customer, milliseconds_of(saga.created_at), id);
    whole_saga counted = saga;
    counted.entries.resize(static_cast<std::size_t>(entries));
    count(store, counted, -1);
}

}  // namespace makegood::statestore
