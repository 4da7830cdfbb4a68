#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <system_error>

#include "engine/limits.hpp"
#include "statestore/bytes.hpp"
#include "statestore/codec.hpp"
#include "statestore/sqlite/columns.hpp"
#include "statestore/sqlite/connection.hpp"
#include "statestore/sqlite/list.hpp"
#include "statestore/sqlite/log_check.hpp"
#include "statestore/sqlite/place.hpp"
#include "statestore/sqlite/schema.hpp"
#include "statestore/sqlite/store.hpp"

namespace makegood::statestore {
namespace {

constexpr std::uint32_t busy_time_max_ms = 5'000;

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
    statement find_saga{
        db,
        "SELECT s.last_seq, s.status, s.state, s.record, j.event FROM sagas s "
        "LEFT JOIN journal j ON j.saga = s.saga AND j.seq = 1 WHERE s.saga = ?1"};
    statement find_entries{
        db,
        "SELECT s.last_seq, j.seq, j.at, j.event FROM sagas s "
        "LEFT JOIN journal j ON j.saga = s.saga WHERE s.saga = ?1 ORDER BY j.seq"};
    statement find_unfinished{db, "SELECT saga, wake_at FROM unfinished"};
    statement count_open{
        db,
        "SELECT substr(saga, 17), status, count(*) FROM sagas "
        "WHERE status IN ('running', 'awaiting_customer', 'compensating', 'parked') GROUP BY 1, 2"};
    statement read_counters{db, "SELECT name, value FROM counters"};
    statement count_outbox{db, "SELECT count(*) FROM outbox"};

    saga_record load(const saga_id& id);
    std::vector<journal_entry> journal(const saga_id& id);
    std::vector<wake_up> unfinished();
    store_statistics statistics();
    void add_sagas(
        store_statistics& to, std::string_view prefix, std::string_view status, std::int64_t count
    ) const;
    [[noreturn]] void fail(const saga_id& id, std::string_view detail) const {
        fail_corrupt(db, fmt::format("saga {}: {}", id.text(), detail));
    }
    // What the codec says, with the saga's name before it.
    template <class Value>
    Value decoded(const saga_id& id, store_result<Value>&& result) const {
        if (result) return std::move(*result);
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

store_result<std::vector<saga_record>> sqlite_reader::list(const saga_query& query) {
    return guarded([&] {
        // One moment for all of it.
        transaction snapshot(state_->db, transaction::kind::read);
        std::vector<saga_record> page;
        for (const list_position& each : find_page(state_->db, state_->registry, query)) {
            page.push_back(state_->load(each.saga));
        }
        return page;
    });
}

store_result<std::vector<wake_up>> sqlite_reader::unfinished() {
    return guarded([&] { return state_->unfinished(); });
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
    if (found.is_null(4)) fail(id, "its journal has no first entry");
    const saga_started started = decoded(id, decode_started(found.bytes(4)));
    saga_record saga = decoded(id, decode_record(found.bytes(3), id, started, registry));
    if (saga.sequence != found.integer(0)) fail(id, "its record is not of its last entry");
    if (status_text(saga.status()) != found.bytes(1) || saga.state.value != found.bytes(2)) {
        fail(id, "its columns do not say what its record says");
    }
    return saga;
}

std::vector<journal_entry> sqlite_reader::state::journal(const saga_id& id) {
    const auto key = id_bytes(id);
    rows found = find_entries.select(blob_of(key));
    if (!found.next()) throw no_such_saga(id);
    if (found.integer(1) != 1) fail(id, "its journal has no first entry");
    const saga_started started = decoded(id, decode_started(found.bytes(3)));
    const definition* meaning = registry.find(started.definition, started.version);
    if (meaning == nullptr) {
        throw store_failure{
            {store_errc::too_new, fmt::format(
                                      "this program does not know the saga {} version {}: use the "
                                      "version of makegood that "
                                      "wrote it, or a later one",
                                      started.definition, started.version
                                  )}};
    }
    const std::int64_t last = found.integer(0);
    std::vector<journal_entry> entries;
    do {
        const auto sequence = static_cast<journal_sequence>(found.integer(1));
        if (found.integer(1) != std::ssize(entries) + 1) {
            fail(id, fmt::format("entry {} of its journal is missing", entries.size() + 1));
        }
        entries.push_back(
            {sequence, instant_of(found.integer(2)),
             decoded(id, decode_event(found.bytes(3), *meaning))}
        );
    } while (found.next());
    if (std::ssize(entries) != last) fail(id, "the last entries of its journal are missing");
    return entries;
}

// -- all of them

std::vector<wake_up> sqlite_reader::state::unfinished() {
    std::vector<wake_up> all;
    rows found = find_unfinished.select();
    while (found.next())
        all.push_back({read_id(db, found, 0), instant_of(found.integer(1))});
    return all;
}

store_statistics sqlite_reader::state::statistics() {
    store_statistics numbers;
    for (rows found = count_open.select(); found.next();) {
        add_sagas(numbers, found.bytes(0), found.bytes(1), found.integer(2));
    }
    for (rows found = read_counters.select(); found.next();) {
        const std::string_view name = found.bytes(0);
        const auto value = static_cast<std::uint64_t>(found.integer(1));
        if (name == "journal_entries") numbers.journal_entries = value;
        if (name == "idempotency_keys") numbers.idempotency_keys = value;
        // "ended chk completed"
        if (name.starts_with("ended ") && name.size() > 10) {
            add_sagas(numbers, name.substr(6, 3), name.substr(10), found.integer(1));
        }
    }
    rows outbox = count_outbox.select();
    if (outbox.next()) numbers.outbox_rows = static_cast<std::uint64_t>(outbox.integer(0));
    numbers.bytes_on_disk = size_of(db.file()) + size_of(db.file().string() + "-wal");
    std::sort(numbers.sagas_by_status.begin(), numbers.sagas_by_status.end());
    return numbers;
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
