#pragma once

#include <filesystem>

#include "statestore/sqlite/connection.hpp"
#include "statestore/sqlite/outbox_rows.hpp"
#include "statestore/sqlite/store.hpp"

namespace makegood::statestore {

// As a writer needs it, to a store that prepare_store() has seen.
[[nodiscard]] connection open_for_writing(
    const std::filesystem::path& file, const sqlite_options& options
);

// The writer's connection with its statements. Replaced as a whole when the connection can no
// longer be trusted.
struct writer_session {
    writer_session(const std::filesystem::path& file, const sqlite_options& options);

    connection db;
    statement read_epoch{db, "SELECT epoch FROM owner"};
    statement prove{db, "UPDATE owner SET proven_at = ?1"};
    // The start of the saga whose key it is.
    statement find_key{
        db,
        "SELECT t.saga, t.event FROM of_customer c LEFT JOIN sagas s ON s.saga = c.saga "
        "LEFT JOIN starts t ON t.position = s.start WHERE c.customer = ?1 AND c.item = ?2"};
    statement insert_of_customer{db, "INSERT INTO of_customer VALUES (?1, ?2, ?3)"};
    statement insert_start{db, "INSERT INTO starts (saga, at, event) VALUES (?1, ?2, ?3)"};
    statement insert_entry{db, "INSERT INTO journal VALUES (?1, ?2, ?3, ?4)"};
    statement find_saga{db, "SELECT 1 FROM sagas WHERE saga = ?1"};
    statement find_entry{db, "SELECT 1 FROM journal WHERE saga = ?1 AND seq = ?2"};
    statement find_any_entry{db, "SELECT 1 FROM journal WHERE saga = ?1"};
    statement insert_record{db, "INSERT INTO records (record) VALUES (?1)"};
    statement update_record{db, "UPDATE records SET record = ?2 WHERE position = ?1"};
    statement find_record{db, "SELECT record FROM sagas WHERE saga = ?1"};
    statement insert_saga{db, "INSERT INTO sagas VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)"};
    statement update_saga{
        db,
        "UPDATE sagas SET record = ?2, last_seq = ?3, status = ?4, state = ?5, reason = ?6, "
        "updated_at = ?7 WHERE saga = ?1"};
    statement insert_unfinished{db, "INSERT INTO unfinished VALUES (?1, ?2)"};
    statement update_unfinished{db, "UPDATE unfinished SET wake_at = ?2 WHERE saga = ?1"};
    statement delete_unfinished{db, "DELETE FROM unfinished WHERE saga = ?1"};
    statement retain_key{
        db,
        "INSERT INTO retained_keys SELECT updated_at, saga FROM sagas "
        "WHERE saga = ?1 AND has_key = 1"};
    statement insert_events{db, "INSERT INTO outbox VALUES (?1, ?2, ?3)"};
    statement read_outbox{db, select_outbox_state};
    statement update_sent{db, "UPDATE sent SET position = ?1"};
    statement walk_events{
        db, "SELECT last, at, length(events) FROM outbox WHERE last <= ?1 ORDER BY last LIMIT ?2"};
    statement delete_events{db, "DELETE FROM outbox WHERE last <= ?1"};
    statement update_dropped{db, "UPDATE sent SET dropped = ?1"};
    statement add_to_counter{
        db,
        "INSERT INTO counters VALUES (?1, ?2) "
        "ON CONFLICT (name) DO UPDATE SET value = value + excluded.value"};
    statement find_expired_keys{
        db,
        "SELECT r.ended_at, r.saga, t.event FROM retained_keys r "
        "LEFT JOIN sagas s ON s.saga = r.saga LEFT JOIN starts t ON t.position = s.start "
        "WHERE r.ended_at < ?1 ORDER BY r.ended_at, r.saga LIMIT ?2"};
    statement delete_of_customer{
        db, "DELETE FROM of_customer WHERE customer = ?1 AND item = ?2 AND saga = ?3"};
    // In the order of their creation.
    statement walk_sagas{
        db,
        "SELECT saga, start, record, last_seq, status, state, reason, has_key, created_at, "
        "updated_at FROM sagas WHERE saga > ?1 AND saga < ?2 ORDER BY saga LIMIT ?3"};
    statement find_start{db, "SELECT at, event FROM starts WHERE position = ?1 AND saga = ?2"};
    statement find_record_at{db, "SELECT record FROM records WHERE position = ?1"};
    statement find_entries{db, "SELECT seq, at, event FROM journal WHERE saga = ?1 ORDER BY seq"};
    statement find_of_customer{
        db, "SELECT 1 FROM of_customer WHERE customer = ?1 AND item = ?2 AND saga = ?3"};
    statement find_open_of_family{
        db, "SELECT 1 FROM sagas WHERE saga BETWEEN ?1 AND ?2 AND status < 4"};
    statement delete_entries{db, "DELETE FROM journal WHERE saga = ?1"};
    statement delete_start{
        db, "DELETE FROM starts WHERE position = (SELECT start FROM sagas WHERE saga = ?1)"};
    statement delete_record{
        db, "DELETE FROM records WHERE position = (SELECT record FROM sagas WHERE saga = ?1)"};
    statement delete_saga{db, "DELETE FROM sagas WHERE saga = ?1"};
    statement delete_retained{db, "DELETE FROM retained_keys WHERE ended_at = ?1 AND saga = ?2"};
};

// A new file's name must survive a power loss as its content does. Throws store_failure.
void sync_folder_of(const std::filesystem::path& file);

// Creates the file where there is none, checks that it is whole, and brings its schema up to date.
// Durable on return.
[[nodiscard]] connection prepare_store(
    const std::filesystem::path& file, const sqlite_options& options
);

}  // namespace makegood::statestore
