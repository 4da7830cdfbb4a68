#include "examples/storefront/database.hpp"

#include <fmt/format.h>
#include <sqlite3.h>

namespace storefront {
namespace {

constexpr int checkpoint_pages = 8'000;  // 32 MB of log before it is moved into the database
constexpr int busy_milliseconds_max = 5'000;

[[noreturn]] void fail(sqlite3* connection, std::string_view during) {
    const char* why = connection != nullptr ? sqlite3_errmsg(connection) : "out of memory";
    throw database_error(fmt::format("{} (while: {})", why, during));
}

std::string_view level(durability commits) {
    switch (commits) {
        case durability::full: return "FULL";
        case durability::normal: return "NORMAL";
        case durability::off: return "OFF";
    }
    return "FULL";
}

int bind(sqlite3_stmt* statement, int position, const bound_value& value) {
    if (const auto* number = std::get_if<std::int64_t>(&value)) {
        return sqlite3_bind_int64(statement, position, *number);
    }
    const auto text = std::get<std::string_view>(value);
    const char* start = text.data() != nullptr ? text.data() : "";
    return sqlite3_bind_text64(
        statement, position, start, text.size(), SQLITE_TRANSIENT, SQLITE_UTF8
    );
}

}  // namespace

rows::~rows() {
    if (statement_ != nullptr) sqlite3_reset(statement_);
}

bool rows::next() {
    const int outcome = sqlite3_step(statement_);
    if (outcome == SQLITE_ROW) return true;
    if (outcome == SQLITE_DONE) return false;
    fail(sqlite3_db_handle(statement_), sqlite3_sql(statement_));
}

std::int64_t rows::integer(int column) const {
    return sqlite3_column_int64(statement_, column);
}

std::string rows::text(int column) const {
    const auto* start = reinterpret_cast<const char*>(sqlite3_column_text(statement_, column));
    if (start == nullptr) return {};
    return {start, static_cast<std::size_t>(sqlite3_column_bytes(statement_, column))};
}

boost::json::object rows::object() const {
    boost::json::object members;
    const int columns = sqlite3_column_count(statement_);
    for (int column = 0; column < columns; ++column) {
        const char* name = sqlite3_column_name(statement_, column);
        switch (sqlite3_column_type(statement_, column)) {
            case SQLITE_NULL: break;
            case SQLITE_INTEGER: members[name] = integer(column); break;
            default: members[name] = text(column); break;
        }
    }
    return members;
}

void database::close_connection::operator()(sqlite3* connection) const {
    sqlite3_close_v2(connection);
}

void database::finalize_statement::operator()(sqlite3_stmt* statement) const {
    sqlite3_finalize(statement);
}

database::database(const std::filesystem::path& file, durability commits) {
    sqlite3* opened = nullptr;
    // Without SQLite's own mutexes: one thread uses the connection.
    const int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX;
    const int outcome = sqlite3_open_v2(file.c_str(), &opened, flags, nullptr);
    connection_.reset(opened);
    if (outcome != SQLITE_OK) fail(opened, file.string());
    sqlite3_busy_timeout(opened, busy_milliseconds_max);
    const auto pragmas = fmt::format(
        "PRAGMA journal_mode=WAL; PRAGMA synchronous={}; PRAGMA wal_autocheckpoint={};"
        "PRAGMA temp_store=MEMORY; PRAGMA foreign_keys=ON;",
        level(commits), checkpoint_pages
    );
    script(pragmas.c_str());
}

database::~database() = default;

void database::script(const char* sql) {
    if (sqlite3_exec(connection_.get(), sql, nullptr, nullptr, nullptr) != SQLITE_OK) {
        fail(connection_.get(), sql);
    }
}

rows database::select(std::string_view sql, bound_values values) {
    return rows{prepared(sql, values)};
}

std::int64_t database::run(std::string_view sql, bound_values values) {
    rows done{prepared(sql, values)};
    while (done.next()) {
    }
    return sqlite3_changes64(connection_.get());
}

std::optional<boost::json::object> database::first(std::string_view sql, bound_values values) {
    auto found = select(sql, values);
    if (!found.next()) return std::nullopt;
    return found.object();
}

boost::json::array database::list(std::string_view sql, bound_values values) {
    boost::json::array members;
    auto found = select(sql, values);
    while (found.next()) {
        members.emplace_back(found.object());
    }
    return members;
}

std::int64_t database::number(std::string_view sql, bound_values values) {
    auto found = select(sql, values);
    return found.next() ? found.integer(0) : 0;
}

void database::begin() {
    run("BEGIN");
}
void database::commit() {
    run("COMMIT");
}

void database::rollback() noexcept {
    // SQLite has already rolled back by itself after the worst errors; then there is nothing to do.
    if (sqlite3_get_autocommit(connection_.get()) != 0) return;
    sqlite3_exec(connection_.get(), "ROLLBACK", nullptr, nullptr, nullptr);
}

void database::mark() {
    run("SAVEPOINT mark");
}
void database::keep_since_mark() {
    run("RELEASE mark");
}

void database::undo_to_mark() {
    run("ROLLBACK TO mark");
    run("RELEASE mark");
}

sqlite3_stmt* database::prepared(std::string_view sql, bound_values values) {
    auto& kept = statements_[std::string{sql}];
    if (!kept) {
        sqlite3_stmt* fresh = nullptr;
        const auto length = static_cast<int>(sql.size());
        const auto flags = SQLITE_PREPARE_PERSISTENT;
        const int outcome =
            sqlite3_prepare_v3(connection_.get(), sql.data(), length, flags, &fresh, nullptr);
        kept.reset(fresh);
        if (outcome != SQLITE_OK) fail(connection_.get(), sql);
    }
    if (sqlite3_stmt_busy(kept.get()) != 0) {
        throw database_error(fmt::format("this statement is still being read: {}", sql));
    }
    int position = 0;
    for (const auto& value : values) {
        if (bind(kept.get(), ++position, value) != SQLITE_OK) fail(connection_.get(), sql);
    }
    return kept.get();
}

}  // namespace storefront
