#include "statestore/sqlite/connection.hpp"

#include <fmt/format.h>
#include <sqlite3.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cerrno>
#include <system_error>

#include "engine/assert.hpp"
#include "statestore/checksum.hpp"
#include "statestore/sqlite/page_seal.hpp"

namespace makegood::statestore {
namespace {

store_errc errc_of(int code, int system_error) {
    if (system_error == ENOSPC || system_error == EDQUOT) return store_errc::full;
    if (code == SQLITE_IOERR_DATA) return store_errc::corrupt;
    switch (code & 0xFF) {
        case SQLITE_FULL: return store_errc::full;
        case SQLITE_CORRUPT:
        case SQLITE_NOTADB:
        case SQLITE_CONSTRAINT: return store_errc::corrupt;
        default: return store_errc::io;
    }
}

std::string_view advice(store_errc code, int sqlite_code) {
    switch (code) {
        case store_errc::full: return "nothing of it was kept; free some space";
        case store_errc::corrupt:
            return "stop the server, run `makegood verify` and restore a backup";
        default: break;
    }
    if ((sqlite_code & 0xFF) == SQLITE_BUSY) return "another process holds the store locked";
    return "check the disk, the permissions of the data folder and the kernel's log";
}

}  // namespace

// -- connection

void connection::closer::operator()(sqlite3* handle) const {
    sqlite3_close_v2(handle);
}

void connection::finaliser::operator()(sqlite3_stmt* statement) const {
    sqlite3_finalize(statement);
}

connection::connection(
    const std::filesystem::path& file, access wanted, std::uint32_t busy_time_max_ms
)
    : file_(file), busy_time_max_ms_(busy_time_max_ms) {
    std::error_code ignored;
    if (wanted == access::read_only && !std::filesystem::exists(file, ignored)) {
        throw store_failure{{store_errc::not_found, fmt::format("there is no {}", file.string())}};
    }
    const int mode = wanted == access::read_only ? SQLITE_OPEN_READONLY
                                                 : SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE;
    sqlite3* opened = nullptr;
    const int code = sqlite3_open_v2(
        file.c_str(), &opened, mode | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE,
        sealing_file_system()
    );
    handle_.reset(opened);
    if (code != SQLITE_OK) fail(code, "opening it");
    sqlite3_busy_timeout(opened, static_cast<int>(busy_time_max_ms));
    // Reading a dead folder must leave it as it was found, and a writer that fails must not take
    // the log away.
    copy_log_on_close(false);
    if (wanted == access::read_only) return;
    int at_page_end = page_seal_size;  // of a new file; another one stays as it is
    sqlite3_file_control(opened, "main", SQLITE_FCNTL_RESERVE_BYTES, &at_page_end);
}

void connection::execute(const std::string& sql) {
    const int code = sqlite3_exec(handle(), sql.c_str(), nullptr, nullptr, nullptr);
    if (code != SQLITE_OK) fail(code, fmt::format("running '{}'", sql.substr(0, 60)));
}

std::int64_t connection::number(const std::string& sql) {
    statement select(*this, sql);
    rows found = select.select();
    return found.next() ? found.integer(0) : 0;
}

std::int64_t connection::changes() const {
    return sqlite3_changes64(handle());
}

std::int64_t connection::last_position() const {
    return sqlite3_last_insert_rowid(handle());
}

bool connection::in_transaction() const {
    return sqlite3_get_autocommit(handle()) == 0;
}

void connection::run(boundary which) {
    constexpr std::array texts{"BEGIN IMMEDIATE", "BEGIN", "COMMIT"};
    const auto index = static_cast<std::size_t>(which);
    auto& prepared = boundaries_[index];
    if (prepared == nullptr) {
        sqlite3_stmt* made = nullptr;
        const int code = sqlite3_prepare_v3(
            handle(), texts[index], -1, SQLITE_PREPARE_PERSISTENT, &made, nullptr
        );
        prepared.reset(made);
        if (code != SQLITE_OK) fail(code, fmt::format("preparing '{}'", texts[index]));
    }
    const int code = sqlite3_step(prepared.get());
    const int after = sqlite3_reset(prepared.get());
    if (code != SQLITE_DONE) fail(after, fmt::format("running '{}'", texts[index]));
}

void connection::watch_log(std::uint32_t& pages) {
    const auto note = [](void* target, sqlite3*, const char*, int count) {
        *static_cast<std::uint32_t*>(target) = static_cast<std::uint32_t>(count);
        return SQLITE_OK;
    };
    sqlite3_wal_hook(handle(), note, &pages);
}

std::uint32_t connection::checkpoint() {
    return checkpoint(SQLITE_CHECKPOINT_PASSIVE).pages;
}

void connection::sync_database() {
    sqlite3_file* const file = database_file();
    const int code = file->pMethods->xSync(file, SQLITE_SYNC_NORMAL);
    if (code != SQLITE_OK) fail(code, "synchronising what was copied of the log");
}

// The log's index, as far as it matters here (https://www.sqlite.org/walformat.html):
//
//   index := version:4 bytes (their order is the machine's) … copied:4 bytes at 96 …
//
// SQLite itself sets `copied` back to 0 when a log begins again, under the lock that a write
// transaction holds. Readers may go on: what they take from the database is copied once more as it
// stands there.
void connection::forget_copies() {
    ASSERT(in_transaction());
    constexpr int region_size = 32'768;
    constexpr std::uint32_t version = 3'007'000;
    constexpr std::size_t copied_at = 96;
    sqlite3_file* const file = database_file();
    void volatile* index = nullptr;
    const int code = file->pMethods->xShmMap(file, 0, region_size, 0, &index);
    if (code != SQLITE_OK || index == nullptr) fail(code, "reading the index of the log");
    auto* const numbers = const_cast<std::uint32_t*>(static_cast<std::uint32_t volatile*>(index));
    ASSERT(numbers[0] == version);
    std::atomic_ref(numbers[copied_at / sizeof(std::uint32_t)]).store(0);
    file->pMethods->xShmBarrier(file);
}

sqlite3_file* connection::database_file() const {
    sqlite3_file* file = nullptr;
    sqlite3_file_control(handle(), "main", SQLITE_FCNTL_FILE_POINTER, &file);
    ASSERT(file != nullptr && file->pMethods != nullptr);
    return file;
}

void connection::restart_log(std::uint32_t reader_wait_max_ms) {
    sqlite3_busy_timeout(handle(), static_cast<int>(reader_wait_max_ms));
    checkpoint(SQLITE_CHECKPOINT_RESTART);
    sqlite3_busy_timeout(handle(), static_cast<int>(busy_time_max_ms_));
}

bool connection::close_log() {
    sqlite3_busy_timeout(handle(), 0);
    if (!checkpoint(SQLITE_CHECKPOINT_TRUNCATE).all) return false;
    copy_log_on_close(true);
    return true;
}

connection::copied connection::checkpoint(int mode) {
    int pages = 0;
    const int code = sqlite3_wal_checkpoint_v2(handle(), nullptr, mode, nullptr, &pages);
    // Busy: readers were in the way of a part of it.
    if (code == SQLITE_OK || code == SQLITE_BUSY)
        return {code == SQLITE_OK, static_cast<std::uint32_t>(std::max(pages, 0))};
    sqlite3_busy_timeout(handle(), static_cast<int>(busy_time_max_ms_));
    fail(code, "copying the log into the database");
}

void connection::copy_log_on_close(bool wanted) {
    sqlite3_db_config(handle(), SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, wanted ? 0 : 1, nullptr);
}

store_header connection::header() const {
    const sealed_database known = sealed_database_of(handle());
    constexpr std::size_t format_at = 18;  // 2: with a log
    constexpr std::size_t version_at = 60;
    if (known.header_size < known.header.size()) return {};
    const std::string_view bytes{known.header.data(), known.header.size()};
    return {bytes[format_at] == 2, big_endian_number(bytes.substr(version_at))};
}

bool connection::sealed() const {
    return sealed_database_of(handle()).sealed;
}

void connection::fail(int code, std::string_view doing) const {
    if (code == SQLITE_IOERR_DATA) fail_damaged(doing);
    const int system_error = handle() == nullptr ? 0 : sqlite3_system_errno(handle());
    const bool is_io = (code & 0xFF) == SQLITE_IOERR || (code & 0xFF) == SQLITE_FULL;
    const store_errc meaning = errc_of(code, is_io ? system_error : 0);
    // A file that was asked directly leaves SQLite with the word of another call.
    const bool knows = handle() != nullptr && sqlite3_extended_errcode(handle()) == code;
    const char* said = knows ? sqlite3_errmsg(handle()) : sqlite3_errstr(code);
    throw store_failure{
        {meaning, fmt::format(
                      "{}: {} (SQLite error {}) while {}; {}", file_.string(), said, code, doing,
                      advice(meaning, code)
                  )}};
}

void connection::fail_damaged(std::string_view doing) const {
    const std::uint64_t page = sealed_database_of(handle()).damaged_page;
    throw store_failure{
        {store_errc::corrupt,
         fmt::format(
             "{}: page {} (bytes {} to {}) is not as it was written, as its seal says, while {}; "
             "{}",
             file_.string(), page, (page - 1) * page_size, page * page_size - 1, doing,
             advice(store_errc::corrupt, SQLITE_IOERR_DATA)
         )}};
}

// -- rows

rows::~rows() {
    sqlite3_reset(statement_);  // what is bound stays: every run binds all of it anew
}

bool rows::next() {
    const int code = sqlite3_step(statement_);
    if (code == SQLITE_ROW) return true;
    if (code == SQLITE_DONE) return false;
    db_.fail(code, fmt::format("running '{:.60}'", sqlite3_sql(statement_)));
}

bool rows::is_null(int column) const {
    return sqlite3_column_type(statement_, column) == SQLITE_NULL;
}

std::int64_t rows::integer(int column) const {
    return sqlite3_column_int64(statement_, column);
}

std::string_view rows::bytes(int column) const {
    const auto* data = static_cast<const char*>(sqlite3_column_blob(statement_, column));
    const auto size = static_cast<std::size_t>(sqlite3_column_bytes(statement_, column));
    return data == nullptr ? std::string_view{} : std::string_view{data, size};
}

// -- statement

void statement::finaliser::operator()(sqlite3_stmt* statement) const {
    sqlite3_finalize(statement);
}

statement::statement(const connection& db, std::string_view sql) : db_(db) {
    sqlite3_stmt* prepared = nullptr;
    const int code = sqlite3_prepare_v3(
        db.handle(), sql.data(), static_cast<int>(sql.size()), SQLITE_PREPARE_PERSISTENT, &prepared,
        nullptr
    );
    statement_.reset(prepared);
    if (code != SQLITE_OK) db.fail(code, fmt::format("preparing '{}'", sql));
}

void statement::bind(int position, std::string_view value) {
    // A null pointer would be bound as NULL.
    const char* data = value.data() == nullptr ? "" : value.data();
    const int code = sqlite3_bind_text(
        statement_.get(), position, data, static_cast<int>(value.size()), SQLITE_STATIC
    );
    if (code != SQLITE_OK) db_.fail(code, "binding a text");
}

void statement::bind(int position, blob value) {
    const char* data = value.bytes.data() == nullptr ? "" : value.bytes.data();
    const int code = sqlite3_bind_blob(
        statement_.get(), position, data, static_cast<int>(value.bytes.size()), SQLITE_STATIC
    );
    if (code != SQLITE_OK) db_.fail(code, "binding bytes");
}

void statement::bind_number(int position, std::int64_t value) {
    const int code = sqlite3_bind_int64(statement_.get(), position, value);
    if (code != SQLITE_OK) db_.fail(code, "binding a number");
}

void statement::bind_null(int position) {
    const int code = sqlite3_bind_null(statement_.get(), position);
    if (code != SQLITE_OK) db_.fail(code, "binding nothing");
}

// -- transaction

transaction::transaction(connection& db, kind wanted) : db_(db) {
    ASSERT(!db_.in_transaction());
    db_.run(
        wanted == kind::write ? connection::boundary::begin_write : connection::boundary::begin_read
    );
}

transaction::~transaction() {
    // Some errors have rolled back already. A rollback that fails is repeated by closing the
    // connection.
    if (db_.in_transaction()) sqlite3_exec(db_.handle(), "ROLLBACK", nullptr, nullptr, nullptr);
}

void transaction::commit() {
    db_.run(connection::boundary::commit);
}

}  // namespace makegood::statestore
