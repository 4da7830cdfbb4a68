#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <map>
#include <system_error>

#include "engine/limits.hpp"
#include "statestore/bytes.hpp"
#include "statestore/codec.hpp"
#include "statestore/folding.hpp"
#include "statestore/sqlite/columns.hpp"
#include "statestore/sqlite/connection.hpp"
#include "statestore/sqlite/list.hpp"
#include "statestore/sqlite/log_check.hpp"
#include "statestore/sqlite/outbox_rows.hpp"
#include "statestore/sqlite/place.hpp"
#include "statestore/sqlite/schema.hpp"
#include "statestore/sqlite/store.hpp"

namespace makegood::statestore {
namespace {

constexpr std::uint32_t busy_time_max_ms = 5'000;
constexpr std::size_t family_size = 16;  // of an id in keys: its prefix follows

connection open_for_reading(
    const std::filesystem::path& file, const std::optional<store_place>& place
) {
    connection db(file, access::read_only, busy_time_max_ms);
    require_whole_log(db);
    db.execute("PRAGMA query_only = ON");
    require_current(db);
    if (place) require_place(db, *place);
    return db;
}

store_failure no_such_saga(const saga_id& id) {
    return {{store_errc::not_found, fmt::format("there is no saga {}", id.text())}};
}

std::uint64_t size_of(const std::filesystem::path& file) {
    std::error_code absent;
    const std::uintmax_t size = std::filesystem::file_size(file, absent);
    return absent ? 0 : size;
}

}  // namespace

struct sqlite_reader::state {
    state(
        const std::filesystem::path& file,
        const definition_registry& definitions,
        const std::optional<store_place>& place
    )
        : registry(definitions), db(open_for_reading(file, place)) {}

    const definition_registry& registry;
    connection db;
    // The saga's row in each row, and the entries after its record.
    statement find_saga{
        db,
        "SELECT s.last_seq, s.status, s.state, s.record, t.at, t.event, r.record, j.seq, j.at, "
        "j.event FROM sagas s LEFT JOIN starts t ON t.position = s.start AND t.saga = s.saga "
        "LEFT JOIN records r ON r.position = s.record "
        "LEFT JOIN journal j ON j.saga = s.saga AND j.seq > s.last_seq "
        "WHERE s.saga = ?1 ORDER BY j.seq"};
    statement find_entries{
        db,
        "SELECT s.last_seq, s.status, t.at, t.event, j.seq, j.at, j.event FROM sagas s "
        "LEFT JOIN starts t ON t.position = s.start AND t.saga = s.saga "
        "LEFT JOIN journal j ON j.saga = s.saga WHERE s.saga = ?1 ORDER BY j.seq"};
    statement find_unfinished{db, "SELECT saga, wake_at FROM unfinished"};
    statement walk_open{db, "SELECT status, saga FROM sagas INDEXED BY by_status WHERE status < 4"};
    statement read_counters{db, "SELECT name, value FROM counters"};
    outbox_reading outbox{db};

    saga_record load(const saga_id& id);
    saga_record stored_record(const saga_id& id, const rows& found);
    saga_status status_in(const saga_id& id, const rows& found) const;
    std::vector<journal_entry> journal(const saga_id& id);
    saga_page list(saga_query query);
    std::vector<wake_up> unfinished();
    store_statistics statistics();
    void count_open(store_statistics& to);
    void add_sagas(
        store_statistics& to, std::string_view prefix, std::string_view status, std::int64_t count
    ) const;
    [[noreturn]] void fail(const saga_id& id, std::string_view detail) const {
        fail_corrupt(db, fmt::format("saga {}: {}", id.text(), detail));
    }
    // What the codec says, with the saga's name before it.
    template <class Value>
    Value decoded(const saga_id& id, store_result<Value>&& result) const {
        if (result) return value_of(std::move(result));
        throw store_failure{
            {result.error().code,
             fmt::format("{}: saga {}: {}", db.file().string(), id.text(), result.error().detail)}};
    }
};

store_result<std::unique_ptr<sqlite_reader>> sqlite_reader::open(
    const std::filesystem::path& file,
    const definition_registry& registry,
    const std::optional<store_place>& place
) {
    return guarded([&] {
        return std::unique_ptr<sqlite_reader>(
            new sqlite_reader(std::make_unique<state>(file, registry, place))
        );
    });
}

sqlite_reader::sqlite_reader(std::unique_ptr<state> opened) : state_(std::move(opened)) {}
sqlite_reader::~sqlite_reader() = default;

store_result<saga_record> sqlite_reader::load(const saga_id& id) {
    return guarded([&] { return state_->load(id); });
}

store_result<std::vector<journal_entry>> sqlite_reader::journal(const saga_id& id) {
    return guarded([&] { return state_->journal(id); });
}

store_result<saga_page> sqlite_reader::list(const saga_query& query) {
    return guarded([&] {
        // One moment for all of it.
        transaction snapshot(state_->db, transaction::kind::read);
        return state_->list(query);
    });
}

store_result<std::vector<wake_up>> sqlite_reader::unfinished() {
    return guarded([&] { return state_->unfinished(); });
}

store_result<std::vector<positioned_event>> sqlite_reader::events(
    outbox_position after, std::size_t at_most
) {
    return guarded([&] {
        transaction snapshot(state_->db, transaction::kind::read);
        return state_->outbox.events(after, at_most);
    });
}

store_result<outbox_state> sqlite_reader::outbox() {
    return guarded([&] { return state_->outbox.state(); });
}

store_result<store_statistics> sqlite_reader::statistics() {
    return guarded([&] {
        transaction snapshot(state_->db, transaction::kind::read);
        return state_->statistics();
    });
}

// -- one saga

saga_record sqlite_reader::state::load(const saga_id& id) {
    const auto key = id_bytes(id);
    rows found = find_saga.select(blob_of(key));
    if (!found.next()) throw no_such_saga(id);
    saga_record saga = stored_record(id, found);
    const saga_status status = status_in(id, found);
    if (!found.is_null(7)) {
        if (status >= saga_status::completed) fail(id, "entries follow the record of its end");
        do {
            decoded(
                id, fold_entry(saga, found.integer(7), instant_of(found.integer(8)), found.bytes(9))
            );
        } while (found.next());
    }
    if (saga.status() != status) fail(id, "its columns do not say what its record says");
    return saga;
}

saga_status sqlite_reader::state::status_in(const saga_id& id, const rows& found) const {
    const std::optional<saga_status> status = status_of(found.integer(1));
    if (!status) fail(id, fmt::format("{} is no status", found.integer(1)));
    return *status;
}

// The record of the entry `last_seq`, which the saga's row names.
saga_record sqlite_reader::state::stored_record(const saga_id& id, const rows& found) {
    if (found.is_null(5)) fail(id, "its journal has no first entry");
    const saga_started started = decoded(id, decode_started(found.bytes(5)));
    saga_record saga =
        found.is_null(3)
            ? decoded(id, record_of_start(id, started, instant_of(found.integer(4)), registry))
            : decoded(id, decode_record(found.bytes(6), id, started, registry));
    if (saga.sequence != found.integer(0)) fail(id, "its record is not of the entry that it names");
    if (saga.state.value != found.bytes(2)) fail(id, "its columns do not say what its record says");
    return saga;
}

std::vector<journal_entry> sqlite_reader::state::journal(const saga_id& id) {
    const auto key = id_bytes(id);
    rows found = find_entries.select(blob_of(key));
    if (!found.next()) throw no_such_saga(id);
    if (found.is_null(3)) fail(id, "its journal has no first entry");
    saga_started started = decoded(id, decode_started(found.bytes(3)));
    const definition* meaning = registry.find(started.definition, started.version);
    if (meaning == nullptr) decoded(id, store_result<void>(unknown_definition(started)));
    const std::int64_t last = found.integer(0);
    const bool ended = status_in(id, found) >= saga_status::completed;
    std::vector<journal_entry> entries{{1, instant_of(found.integer(2)), std::move(started)}};
    for (bool more = !found.is_null(4); more; more = found.next()) {
        if (found.integer(4) != std::ssize(entries) + 1) {
            fail(id, fmt::format("entry {} of its journal is missing", entries.size() + 1));
        }
        entries.push_back(
            {static_cast<journal_sequence>(found.integer(4)), instant_of(found.integer(5)),
             decoded(id, decode_event(found.bytes(6), *meaning))}
        );
    }
    if (std::ssize(entries) < last) fail(id, "the last entries of its journal are missing");
    if (std::ssize(entries) > last && ended) fail(id, "entries follow the record of its end");
    return entries;
}

// -- all of them

// Whether a saga that runs is in the state that is asked for is only known once it is folded. There
// may be a million of them, so a page ends after so many looks.
saga_page sqlite_reader::state::list(saga_query query) {
    const std::size_t limit = std::min(query.limit, limits::list_items_max);
    query.limit = query.state.empty() ? limit : limits::list_items_max;
    saga_page page;
    for (std::size_t looks = 0; looks < limits::list_looks_max;) {
        const std::vector<list_candidate> found = find_candidates(db, registry, query);
        for (const list_candidate& each : found) {
            ++looks;
            query.after = each.at;
            if (!each.may_match) continue;
            saga_record saga = load(each.at.saga);
            if (!query.state.empty() && saga.state.value != query.state) continue;
            page.items.push_back(std::move(saga));
            if (page.items.size() == limit) break;
        }
        if (page.items.size() == limit) break;
        if (found.size() < query.limit) return page;
    }
    page.next = query.after;
    return page;
}

std::vector<wake_up> sqlite_reader::state::unfinished() {
    std::vector<wake_up> all;
    rows found = find_unfinished.select();
    while (found.next())
        all.push_back({read_id(db, found, 0), instant_of(found.integer(1))});
    return all;
}

store_statistics sqlite_reader::state::statistics() {
    store_statistics numbers;
    count_open(numbers);
    for (rows found = read_counters.select(); found.next();) {
        const std::string_view name = found.bytes(0);
        const auto value = static_cast<std::uint64_t>(found.integer(1));
        if (name == "journal_entries") numbers.journal_entries = value;
        if (name == "idempotency_keys") numbers.idempotency_keys = value;
        // "ended chk completed"
        if (name.starts_with("ended ") && name.size() > 10 && value != 0) {
            add_sagas(numbers, name.substr(6, 3), name.substr(10), found.integer(1));
        }
    }
    const outbox_state events = outbox.state();
    numbers.events_waiting = events.newest - events.sent;
    numbers.bytes_on_disk = size_of(db.file()) + size_of(db.file().string() + "-wal");
    std::sort(numbers.sagas_by_status.begin(), numbers.sagas_by_status.end());
    return numbers;
}

// One walk along the open part of one index: they may be a million, and the ended ones many more.
void sqlite_reader::state::count_open(store_statistics& to) {
    std::map<std::pair<std::int64_t, std::string>, std::int64_t> counts;
    std::int64_t* count = nullptr;  // of the kind that came last: most often it comes again
    std::pair<std::int64_t, std::string> kind;
    for (rows found = walk_open.select(); found.next();) {
        const std::int64_t status = found.integer(0);
        const std::string_view prefix =
            found.bytes(1).substr(std::min<std::size_t>(found.bytes(1).size(), family_size));
        if (count == nullptr || kind.first != status || kind.second != prefix) {
            kind = {status, std::string(prefix)};
            count = &counts[kind];
        }
        ++*count;
    }
    for (const auto& [of, number] : counts) {
        const auto status = status_of(of.first);
        if (!status) fail_corrupt(db, fmt::format("{} is no status of a saga", of.first));
        add_sagas(to, of.second, status_text(*status), number);
    }
}

void sqlite_reader::state::add_sagas(
    store_statistics& to, std::string_view prefix, std::string_view status, std::int64_t count
) const {
    const definition* meaning = registry.by_prefix(prefix);
    const std::string_view name = meaning == nullptr ? prefix : meaning->name();
    to.sagas_by_status.emplace_back(
        fmt::format("{} {}", name, status), static_cast<std::uint64_t>(count)
    );
}

}  // namespace makegood::statestore
