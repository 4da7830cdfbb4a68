#include "statestore/sqlite/schema.hpp"

#include <fmt/format.h>

#include <array>

#include "engine/assert.hpp"

namespace makegood::statestore {
namespace {

// Of the last version. A transition in the middle of a saga's life writes one row, into `journal`;
// its start, a change of its status and its end write some more.
//
// What is large and never changes (starts, records) is appended, so that its pages are filled one
// after the other. Every key that begins with a saga begins with its creation time. So what is
// written now lies at the right edge of its tree, among the other sagas of now, and ten million
// finished ones to the left of it are never touched. The exception is of_customer: two rows at the
// start, anywhere, but side by side.
constexpr std::string_view version_1 = R"sql(
-- The truth: what happened to each saga, in order. Everything but idempotency_keys, outbox and owner
-- can be computed from it.
CREATE TABLE journal (
    saga  BLOB    NOT NULL,  -- 19 bytes: the id's 16, then its prefix
    seq   INTEGER NOT NULL,  -- 1, 2, 3 … without a gap
    at    INTEGER NOT NULL,  -- milliseconds since 1970, as everywhere
    event BLOB    NOT NULL,  -- codec.cpp
    PRIMARY KEY (saga, seq)
) WITHOUT ROWID;

-- The fold of each journal. The columns before `record` repeat what it says, for the indexes. The
-- definition's name has no column: the prefix in the id stands for it.
CREATE TABLE sagas (
    saga       BLOB    NOT NULL PRIMARY KEY,
    last_seq   INTEGER NOT NULL,
    status     TEXT    NOT NULL,  -- running, awaiting_customer, compensating, parked, completed, failed, compensated
    state      TEXT    NOT NULL,
    customer   TEXT    NOT NULL,
    reason     TEXT,              -- its code; NULL when there is none
    has_key    INTEGER NOT NULL,  -- 1 when the saga was started with an idempotency key
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    record     BLOB    NOT NULL   -- codec.cpp
) WITHOUT ROWID;

-- Lists are newest first. One for all statuses is merged from one for each. The id is part of every
-- index of this table, so the order is total.
CREATE INDEX by_status   ON sagas (status, created_at);
CREATE INDEX by_customer ON sagas (customer, created_at);
CREATE INDEX by_reason   ON sagas (reason, created_at) WHERE reason IS NOT NULL;

-- The sagas that have not ended: what a server reads when it starts. A table of its own rather than a
-- partial index: a change of wake_at overwrites one narrow row in place, where an index would delete one
-- entry and insert another; and a million of them are some 30 MB, read in order.
CREATE TABLE unfinished (
    saga    BLOB    NOT NULL PRIMARY KEY,
    wake_at INTEGER NOT NULL  -- 9223372036854775807: not by the clock
) WITHOUT ROWID;

-- Which saga a customer's key belongs to.
CREATE TABLE idempotency_keys (
    customer    TEXT NOT NULL,
    key         TEXT NOT NULL,
    saga        BLOB NOT NULL,
    fingerprint BLOB NOT NULL,  -- SHA-256 of the canonical request
    PRIMARY KEY (customer, key)
) WITHOUT ROWID;

-- The ended sagas whose keys are still kept, in the order of their ends. Appended to at an end, read from
-- the front by forget_keys: the key's own row is not touched in between.
CREATE TABLE retained_keys (
    ended_at INTEGER NOT NULL,
    saga     BLOB    NOT NULL,
    PRIMARY KEY (ended_at, saga)
) WITHOUT ROWID;

-- Events for the world outside. A publisher deletes what it has sent; positions are never used twice.
CREATE TABLE outbox (
    position INTEGER PRIMARY KEY AUTOINCREMENT,
    saga     BLOB    NOT NULL,
    seq      INTEGER NOT NULL,
    type     TEXT    NOT NULL
);

-- What would be slow to count: 'journal_entries', 'idempotency_keys', 'ended chk completed'.
CREATE TABLE counters (
    name  TEXT    NOT NULL PRIMARY KEY,
    value INTEGER NOT NULL
) WITHOUT ROWID;

-- One row. Every opening for writing adds one to the epoch; a commit is refused unless it carries the
-- epoch that stands here.
CREATE TABLE owner (
    only      INTEGER PRIMARY KEY CHECK (only = 1),
    epoch     INTEGER NOT NULL,
    proven_at INTEGER NOT NULL  -- the last empty commit, which shows that the store can commit
);
INSERT INTO owner VALUES (1, 0, 0);
)sql";

// The tables are as they were: migrate() has sealed the pages before this step.
constexpr std::string_view version_2 = "";

constexpr std::string_view version_3 = R"sql(
-- One row: which data folder this store belongs to, and where in its manifest it stands. Without a row
-- no folder has taken it in yet. A copy gets the place of its own.
CREATE TABLE place (
    only     INTEGER PRIMARY KEY CHECK (only = 1),
    folder   TEXT    NOT NULL,
    position INTEGER NOT NULL
);
)sql";

constexpr std::string_view version_4 = R"sql(
-- The first entry of each journal, in the order of the commits. `journal` has the others.
CREATE TABLE starts (
    position INTEGER PRIMARY KEY,
    saga     BLOB    NOT NULL,
    at       INTEGER NOT NULL,
    event    BLOB    NOT NULL
);
INSERT INTO starts (saga, at, event) SELECT saga, at, event FROM journal WHERE seq = 1 ORDER BY saga;
DELETE FROM journal WHERE seq = 1;
CREATE UNIQUE INDEX start_of ON starts (saga);

-- Records: the fold of a journal up to some entry.
CREATE TABLE records (
    position INTEGER PRIMARY KEY,
    record   BLOB    NOT NULL  -- codec.cpp
);
INSERT INTO records SELECT t.position, s.record FROM sagas s JOIN starts t ON t.saga = s.saga;

-- One row a saga. `status` is always that of its last entry. `record` and the other columns, which repeat
-- what it says for the indexes, are of the entry `last_seq`. That is the last one of a saga that has
-- ended or rests until somebody outside acts; of one that runs, entries may follow.
DROP INDEX by_status;
DROP INDEX by_customer;
DROP INDEX by_reason;
ALTER TABLE sagas RENAME TO sagas_3;
CREATE TABLE sagas (
    saga       BLOB    NOT NULL PRIMARY KEY,
    start      INTEGER NOT NULL,  -- its position in `starts`
    record     INTEGER,           -- its position in `records`; NULL: it is what the first entry makes
    last_seq   INTEGER NOT NULL,
    status     INTEGER NOT NULL,  -- 0 running, 1 awaiting_customer, 2 compensating, 3 parked, 4 completed, 5 failed, 6 compensated
    state      TEXT    NOT NULL,
    reason     TEXT,              -- its code; NULL when there is none
    has_key    INTEGER NOT NULL,  -- 1 when the saga was started with an idempotency key
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL
) WITHOUT ROWID;
INSERT INTO sagas
    SELECT s.saga, t.position, t.position, s.last_seq,
        CASE s.status WHEN 'running' THEN 0 WHEN 'awaiting_customer' THEN 1 WHEN 'compensating' THEN 2
            WHEN 'parked' THEN 3 WHEN 'completed' THEN 4 WHEN 'failed' THEN 5 WHEN 'compensated' THEN 6 END,
        s.state, s.reason, s.has_key, s.created_at, s.updated_at
    FROM sagas_3 s LEFT JOIN starts t ON t.saga = s.saga;
CREATE INDEX by_status ON sagas (status, created_at);
CREATE INDEX by_reason ON sagas (reason, created_at) WHERE reason IS NOT NULL;

-- What belongs to a customer: sagas (`item` is created_at, a number) and idempotency keys (`item` is the
-- key, a text). In one table, so that what a start writes of both is most often on one page.
CREATE TABLE of_customer (
    customer TEXT NOT NULL,
    item          NOT NULL,
    saga     BLOB NOT NULL,
    PRIMARY KEY (customer, item, saga)
) WITHOUT ROWID;
INSERT INTO of_customer
    SELECT customer, created_at, saga FROM sagas_3
    UNION ALL SELECT customer, key, saga FROM idempotency_keys
    ORDER BY 1, 2, 3;
DROP TABLE sagas_3;
DROP TABLE idempotency_keys;
DROP INDEX start_of;
)sql";

constexpr std::string_view version_5 = R"sql(
-- What an earlier version kept of events was their types, of sagas that may be gone by now. No version has
-- ever sent one, so nobody misses them.
DROP TABLE outbox;

-- Events for the world outside, complete, in the order of their commits: one row a commit, or several where
-- it has very many. They count 1, 2, 3 … without a gap, and a row ends where the next one goes on. Read in
-- order by whoever sends them, and dropped from the front.
CREATE TABLE outbox (
    last   INTEGER PRIMARY KEY,  -- the position of its last event
    at     INTEGER NOT NULL,     -- of the commit
    events BLOB    NOT NULL      -- events_codec.cpp
);

-- One row: how far the events have been sent, and dropped. What was not sent is never dropped.
CREATE TABLE sent (
    only     INTEGER PRIMARY KEY CHECK (only = 1),
    position INTEGER NOT NULL,  -- all up to here were sent; 0: none
    dropped  INTEGER NOT NULL   -- all up to here are kept no more, and all behind it are
);
INSERT INTO sent VALUES (1, 0, 0);
)sql";

constexpr std::string_view version_6 = R"sql(
-- No table changes. Journals may hold reports of others from here on, and records states that wait for them,
-- which an earlier version would take for damage: it is told that the store is too new.
)sql";

constexpr std::array history_of_this_program{migration{1, version_1}, migration{2, version_2},
                                             migration{3, version_3}, migration{4, version_4},
                                             migration{5, version_5}, migration{6, version_6}};
static_assert(sealed_since == 2 && bound_since == 3);

std::int64_t version_of(connection& db, std::span<const migration> history) {
    const std::int64_t version = db.number("PRAGMA user_version");
    const std::int64_t known = history.back().version;
    const bool empty = db.number("SELECT count(*) FROM sqlite_master") == 0;
    const bool ours = db.number("PRAGMA application_id") == application_id;
    if (!ours && !(empty && version == 0)) {
        throw store_failure{
            {store_errc::corrupt,
             fmt::format(
                 "{} is not a makegood store; name another data folder", db.file().string()
             )}};
    }
    if (version > known) {
        throw store_failure{
            {store_errc::too_new,
             fmt::format(
                 "{} has schema version {}, and this program knows up to {}: use the version of "
                 "makegood that wrote it, or a later one",
                 db.file().string(), version, known
             )}};
    }
    if (version >= sealed_since && !db.sealed()) {
        throw store_failure{
            {store_errc::corrupt,
             fmt::format(
                 "{} is damaged at its beginning (byte 20): it says that its pages carry no seals; "
                 "restore a backup",
                 db.file().string()
             )}};
    }
    return version;
}

// Leaves room for a seal at the end of each page, and no free pages, which nobody would check.
void write_anew(connection& db) {
    db.execute("PRAGMA temp_store = FILE");  // it takes as much room as the store
    db.execute("VACUUM");
    db.checkpoint();
    ASSERT(db.sealed());
}

}  // namespace

std::span<const migration> migrations() {
    return history_of_this_program;
}

void migrate(connection& db, std::span<const migration> history) {
    ASSERT(!history.empty());
    const std::int64_t version = version_of(db, history);
    if (!db.sealed()) write_anew(db);        // of an earlier version
    db.execute("PRAGMA temp_store = FILE");  // a step may sort the whole store
    for (const migration& step : history) {
        ASSERT(step.version == &step - history.data() + 1);
        if (step.version <= version) continue;
        transaction changes(db, transaction::kind::write);
        db.execute(std::string(step.sql));
        db.execute(fmt::format("PRAGMA application_id = {}", application_id));
        db.execute(fmt::format("PRAGMA user_version = {}", step.version));
        changes.commit();
        // From now on the file itself says so, even if its log is lost.
        db.checkpoint();
    }
    // What the steps took back of each other.
    if (version == 0 && db.number("PRAGMA freelist_count") > 0) write_anew(db);
    db.execute("PRAGMA temp_store = MEMORY");
}

std::int64_t require_known(connection& db) {
    return version_of(db, migrations());
}

void require_current(connection& db, std::span<const migration> history) {
    const std::int64_t version = version_of(db, history);
    if (version == history.back().version) return;
    throw store_failure{
        {store_errc::io,
         fmt::format(
             "{} has schema version {} and this program reads version {}: start the "
             "server on it once, which migrates it",
             db.file().string(), version, history.back().version
         )}};
}

}  // namespace makegood::statestore
