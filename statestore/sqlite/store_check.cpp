#include "statestore/sqlite/store_check.hpp"

#include <fmt/format.h>

#include <map>

#include "statestore/bytes.hpp"
#include "statestore/codec.hpp"
#include "statestore/data_folder.hpp"
#include "statestore/sqlite/columns.hpp"
#include "statestore/sqlite/connection.hpp"
#include "statestore/sqlite/log_check.hpp"
#include "statestore/sqlite/log_end.hpp"
#include "statestore/sqlite/outbox_check.hpp"
#include "statestore/sqlite/place.hpp"
#include "statestore/sqlite/saga_check.hpp"
#include "statestore/sqlite/schema.hpp"

namespace makegood::statestore {
namespace {

constexpr int sagas_at_once = 1'000;
constexpr std::uint32_t busy_time_max_ms = 5'000;

// What is found in one store, on its way into the report.
class store_findings {
public:
    store_findings(std::string store, std::size_t kept_max, verify_report& report)
        : store_(std::move(store)), kept_max_(kept_max), report_(report) {}

    void add(
        std::string what, std::optional<saga_id> saga, std::string detail, std::int64_t sequence = 0
    ) {
        difference found;
        found.what = std::move(what);
        found.saga = saga;
        found.sequence = static_cast<journal_sequence>(sequence);
        found.detail = std::move(detail);
        add(std::move(found));
    }

    void add(difference found) {
        ++report_.differences_count;
        if (report_.differences.size() >= kept_max_) return;
        found.store = store_;
        report_.differences.push_back(std::move(found));
    }

    [[nodiscard]] const std::string& store() const { return store_; }

private:
    std::string store_;
    std::size_t kept_max_;
    verify_report& report_;
};

class store_check {
public:
    store_check(
        connection& db,
        const checked_store& store,
        const definition_registry& registry,
        const verify_options& options,
        store_findings& found,
        verify_report& report
    )
        : registry_(registry),
          options_(options),
          found_(found),
          report_(report),
          db_(db),
          store_(store) {}

    void run() {
        check_pages();
        const std::int64_t version = db_.number("PRAGMA data_version");
        check_sagas();
        check_customers();
        check_kept_keys();
        check_orphans();
        check_outbox(db_, [&](difference found) { found_.add(std::move(found)); });
        // Counted over several moments: comparable only when nobody wrote meanwhile.
        if (db_.number("PRAGMA data_version") == version) check_counters();
    }

private:
    void check_pages() {
        statement check(db_, "PRAGMA integrity_check(100)");
        for (rows found = check.select(); found.next();) {
            if (found.bytes(0) != "ok")
                found_.add("store-damaged", {}, words_of_check(found.bytes(0)));
        }
    }

    // -- sagas and their journals

    void check_sagas() {
        std::string after;
        while (check_some(after)) {
            if (options_.progress)
                options_.progress({found_.store(), report_.sagas, report_.entries});
        }
    }

    // Walks two tables side by side, from the saga after `after`. Returns whether there are more.
    bool check_some(std::string& after) {
        transaction snapshot(db_, transaction::kind::read);
        const std::string from = after;
        rows entry = walk_journal_.select(blob{from});
        bool entries_left = entry.next();
        rows saga = walk_sagas_.select(blob{from}, sagas_at_once);
        int sagas = 0;
        for (; saga.next(); ++sagas) {
            after = saga.bytes(0);
            raw_saga raw = read_saga(saga);
            if (!saga.is_null(9)) {
                raw.entries.push_back({1, instant_of(saga.integer(9)), std::string(saga.bytes(10))}
                );
            }
            while (entries_left && entry.bytes(0) < after)
                entries_left = skip_orphan(entry);
            while (entries_left && entry.bytes(0) == after) {
                raw.entries.push_back(
                    {entry.integer(1), instant_of(entry.integer(2)), std::string(entry.bytes(3))}
                );
                entries_left = entry.next();
            }
            check_one(raw);
        }
        if (sagas == sagas_at_once) return true;
        while (entries_left)
            entries_left = skip_orphan(entry);
        return false;
    }

    // Passes the whole journal of a saga that does not exist.
    bool skip_orphan(rows& entry) {
        const std::string orphan(entry.bytes(0));
        found_.add(
            "journal-without-saga", parse_id_bytes(orphan), "it has journal entries, but no record",
            entry.integer(1)
        );
        do {
            ++report_.entries;
            if (!entry.next()) return false;
        } while (entry.bytes(0) == orphan);
        return true;
    }

    raw_saga read_saga(const rows& row) {
        raw_saga saga;
        saga.id = read_id(db_, row, 0);
        saga.last_sequence = row.integer(1);
        const auto status = status_of(row.integer(2));
        saga.status = status ? std::string(status_text(*status)) : std::to_string(row.integer(2));
        saga.state = row.bytes(3);
        if (!row.is_null(4)) saga.reason = std::string(row.bytes(4));
        saga.created_at = instant_of(row.integer(5));
        saga.updated_at = instant_of(row.integer(6));
        saga.has_key = row.integer(7) != 0;
        if (!row.is_null(8)) saga.wake_at = instant_of(row.integer(8));
        if (!row.is_null(11)) saga.record = std::string(row.bytes(12));
        return saga;
    }

    void check_one(const raw_saga& saga) {
        ++report_.sagas;
        report_.entries += saga.entries.size();
        counted_["journal_entries"] += std::ssize(saga.entries);
        const std::optional<saga_status> status = parse_status(saga.status);
        if (status && *status >= saga_status::completed) {
            ++counted_[ended_counter(saga.id.prefix(), saga.status)];
        }
        check_partition(saga.id);
        check_saga(saga, registry_, [&](difference found) {
            found.saga = saga.id;
            found_.add(std::move(found));
        });
        check_listed(saga);
    }

    // In another store nobody looks for it, and its key does not refuse a second one.
    void check_partition(const saga_id& saga) {
        const std::size_t home = store_.manifest.store_of_partition[saga.owner()];
        if (home == store_.position) return;
        found_.add(
            "saga-misplaced", saga,
            fmt::format(
                "it is of partition {}, which {} holds", saga.owner(), store_.manifest.stores[home]
            )
        );
    }

    // -- the other tables

    // What a customer has: sagas, by their creation, and keys.
    void check_customers() {
        statement walk(
            db_,
            "SELECT c.customer, c.item, c.saga, typeof(c.item) = 'text', s.saga, t.event, "
            "s.created_at FROM of_customer c LEFT JOIN sagas s ON s.saga = c.saga "
            "LEFT JOIN starts t ON t.position = s.start AND t.saga = s.saga"
        );
        for (rows item = walk.select(); item.next();) {
            const std::optional<saga_id> saga = parse_id_bytes(item.bytes(2));
            const bool is_key = item.integer(3) != 0;
            if (is_key) ++counted_["idempotency_keys"];
            if (item.is_null(4)) {
                found_.add(
                    is_key ? "key-without-saga" : "orphan-row", saga,
                    fmt::format(
                        "'{}' of customer '{}' belongs to no saga", item.bytes(1), item.bytes(0)
                    )
                );
                continue;
            }
            const store_result<saga_started> started = decode_started(item.bytes(5));
            if (!started) continue;  // the saga's own check has said so
            const bool fits =
                is_key ? started->key.value == item.bytes(1) : item.integer(1) == item.integer(6);
            if (fits && started->customer.value == item.bytes(0)) continue;
            found_.add(
                is_key ? "key-differs" : "column-differs", saga,
                fmt::format(
                    "the {} '{}' of customer '{}' is not the one that it was started with",
                    is_key ? "key" : "creation", item.bytes(1), item.bytes(0)
                ),
                1
            );
        }
    }

    // A list by customer must show it.
    void check_listed(const raw_saga& saga) {
        if (saga.entries.empty() || saga.entries.front().sequence != 1) return;
        const store_result<saga_started> started = decode_started(saga.entries.front().event);
        if (!started) return;  // check_saga() says so
        const auto id = id_bytes(saga.id);
        const std::int64_t created = milliseconds_of(saga.created_at);
        if (find_listed_.select(started->customer.value, created, blob_of(id)).next()) return;
        found_.add(
            "saga-unlisted", saga.id,
            fmt::format("no list of the customer '{}' shows it", started->customer.value)
        );
    }

    // Until some time after its end, a saga's key must lead to it.
    void check_kept_keys() {
        statement walk(
            db_,
            "SELECT k.saga, t.event FROM (SELECT saga FROM unfinished UNION ALL SELECT saga FROM "
            "retained_keys) k JOIN sagas s ON s.saga = k.saga AND s.has_key = 1 "
            "JOIN starts t ON t.position = s.start AND t.saga = s.saga"
        );
        statement find(db_, "SELECT saga FROM of_customer WHERE customer = ?1 AND item = ?2");
        for (rows kept = walk.select(); kept.next();) {
            const store_result<saga_started> started = decode_started(kept.bytes(1));
            if (!started) continue;  // the saga's own check has said so
            if (find.select(started->customer.value, started->key.value).next()) continue;
            found_.add(
                "key-missing", parse_id_bytes(kept.bytes(0)),
                fmt::format(
                    "its key '{}' of customer '{}' is gone: a repeated request would start it "
                    "again",
                    started->key.value, started->customer.value
                ),
                1
            );
        }
        statement ends(
            db_,
            "SELECT r.saga, r.ended_at FROM retained_keys r WHERE EXISTS (SELECT 1 FROM sagas s "
            "WHERE s.saga = r.saga) AND NOT EXISTS (SELECT 1 FROM journal j WHERE j.saga = r.saga "
            "AND j.at = r.ended_at) AND NOT EXISTS (SELECT 1 FROM sagas s JOIN starts t ON "
            "t.position = s.start WHERE s.saga = r.saga AND t.at = r.ended_at)"
        );
        for (rows wrong = ends.select(); wrong.next();) {
            found_.add(
                "key-differs", parse_id_bytes(wrong.bytes(0)),
                fmt::format(
                    "its key is kept as if it had ended at {}, when nothing happened to it",
                    format_instant(instant_of(wrong.integer(1)))
                )
            );
        }
    }

    void check_orphans() {
        statement starts(
            db_,
            "SELECT saga FROM starts WHERE NOT EXISTS (SELECT 1 FROM sagas WHERE sagas.saga = "
            "starts.saga AND sagas.start = starts.position)"
        );
        for (rows found = starts.select(); found.next();) {
            ++report_.entries;
            ++counted_["journal_entries"];
            found_.add(
                "journal-without-saga", parse_id_bytes(found.bytes(0)),
                "it has a first entry, but no row of its own", 1
            );
        }
        statement records(
            db_,
            "SELECT position FROM records WHERE position NOT IN (SELECT record FROM sagas WHERE "
            "record IS NOT NULL)"
        );
        for (rows found = records.select(); found.next();) {
            found_.add("orphan-row", {}, fmt::format("record {} is of no saga", found.integer(0)));
        }
        for (const std::string_view table : {"unfinished", "retained_keys"}) {
            statement walk(
                db_,
                fmt::format("SELECT saga FROM {} WHERE saga NOT IN (SELECT saga FROM sagas)", table)
            );
            for (rows found = walk.select(); found.next();) {
                found_.add(
                    "orphan-row", parse_id_bytes(found.bytes(0)),
                    fmt::format("the table {} has a row of a saga that does not exist", table)
                );
            }
        }
    }

    void check_counters() {
        std::map<std::string, std::int64_t> stored;
        statement walk(db_, "SELECT name, value FROM counters");
        for (rows found = walk.select(); found.next();) {
            const std::string name(found.bytes(0));
            stored[name] = found.integer(1);
            counted_.try_emplace(name, 0);
        }
        for (const auto& [name, count] : counted_) {
            if (stored[name] == count) continue;
            difference differs;
            differs.what = "counter-differs";
            differs.field = name;
            differs.stored = std::to_string(stored[name]);
            differs.folded = std::to_string(count);
            differs.detail =
                fmt::format("the counter '{}' is {}, counted are {}", name, stored[name], count);
            found_.add(std::move(differs));
        }
    }

    const definition_registry& registry_;
    const verify_options& options_;
    store_findings& found_;
    verify_report& report_;
    connection& db_;
    const checked_store& store_;
    statement walk_sagas_{
        db_,
        "SELECT s.saga, s.last_seq, s.status, s.state, s.reason, s.created_at, s.updated_at, "
        "s.has_key, u.wake_at, t.at, t.event, s.record, r.record FROM sagas s "
        "LEFT JOIN unfinished u ON u.saga = s.saga "
        "LEFT JOIN starts t ON t.position = s.start AND t.saga = s.saga "
        "LEFT JOIN records r ON r.position = s.record "
        "WHERE s.saga > ?1 ORDER BY s.saga LIMIT ?2"};
    statement walk_journal_{
        db_, "SELECT saga, seq, at, event FROM journal WHERE saga > ?1 ORDER BY saga, seq"};
    statement find_listed_{
        db_, "SELECT 1 FROM of_customer WHERE customer = ?1 AND item = ?2 AND saga = ?3"};
    std::map<std::string, std::int64_t> counted_;
};

}  // namespace

void check_store(
    const checked_store& store,
    const definition_registry& registry,
    const verify_options& options,
    verify_report& report
) {
    const std::filesystem::path file = store.file();
    store_findings found(file.filename().string(), options.differences_max, report);
    if (const auto there = require_store(file); !there) {
        return found.add("store-damaged", {}, there.error().detail);
    }
    try {
        connection db(file, access::read_only, busy_time_max_ms);
        // What a damaged log leaves is an earlier state mixed with a later one: not worth a look.
        if (const auto whole = guarded([&db] { require_whole_log(db); }); !whole) {
            return found.add("log-damaged", {}, whole.error().detail);
        }
        if (read_log_end(file).one_is_damaged) {
            found.add("log-end-damaged", {}, words_of_damaged_end(file));
        }
        require_current(db);
        const store_place expected = store.manifest.place_of(store.position);
        if (const auto why = misplacement(file, read_place(db), expected)) {
            return found.add("store-misplaced", {}, *why);
        }
        store_check(db, store, registry, options, found, report).run();
    } catch (const store_failure& failure) {
        if (failure.error.code != store_errc::corrupt) throw;
        found.add("store-damaged", {}, failure.error.detail);
    }
}

}  // namespace makegood::statestore
