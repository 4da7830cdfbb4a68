#pragma once

#include <filesystem>

#include "statestore/sqlite/connection.hpp"
#include "statestore/sqlite/store.hpp"

namespace makegood::statestore {

// The writer's connection with its statements. Replaced as a whole when the connection can no
// longer be trusted.
struct writer_session {
    writer_session(const std::filesystem::path& file, const sqlite_options& options);

    connection db;
    statement read_epoch{db, "SELECT epoch FROM owner"};
    statement prove{db, "UPDATE owner SET proven_at = ?1"};
    statement find_key{
        db, "SELECT saga, fingerprint FROM idempotency_keys WHERE customer = ?1 AND key = ?2"};
    statement insert_key{db, "INSERT INTO idempotency_keys VALUES (?1, ?2, ?3, ?4)"};
    statement insert_entry{db, "INSERT INTO journal VALUES (?1, ?2, ?3, ?4)"};
    statement insert_saga{db, "INSERT INTO sagas VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)"};
    statement update_saga{
        db,
        "UPDATE sagas SET last_seq = ?3, status = ?4, state = ?5, reason = ?6, updated_at = ?7, "
        "record = ?8 WHERE saga = ?1 AND last_seq = ?2"};
    statement insert_unfinished{db, "INSERT INTO unfinished VALUES (?1, ?2)"};
    statement update_unfinished{
        db, "UPDATE unfinished SET wake_at = ?2 WHERE saga = ?1 AND wake_at <> ?2"};
    statement delete_unfinished{db, "DELETE FROM unfinished WHERE saga = ?1"};
    statement retain_key{
        db,
        "INSERT INTO retained_keys SELECT updated_at, saga FROM sagas "
        "WHERE saga = ?1 AND has_key = 1"};
    statement insert_outbox{db, "INSERT INTO outbox (saga, seq, type) VALUES (?1, ?2, ?3)"};
    statement add_to_counter{
        db,
        "INSERT INTO counters VALUES (?1, ?2) "
        "ON CONFLICT (name) DO UPDATE SET value = value + excluded.value"};
    statement find_expired_keys{
        db,
        "SELECT r.ended_at, r.saga, j.event FROM retained_keys r "
        "LEFT JOIN journal j ON j.saga = r.saga AND j.seq = 1 "
        "WHERE r.ended_at < ?1 ORDER BY r.ended_at, r.saga LIMIT ?2"};
    statement delete_key{
        db, "DELETE FROM idempotency_keys WHERE customer = ?1 AND key = ?2 AND saga = ?3"};
    statement delete_retained{db, "DELETE FROM retained_keys WHERE ended_at = ?1 AND saga = ?2"};
};

// Creates the file where there is none, checks that it is whole, and brings its schema up to date.
// Durable on return.
[[nodiscard]] connection prepare_store(
    const std::filesystem::path& file, const sqlite_options& options
);

}  // namespace makegood::statestore
