#pragma once

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <cstdint>
#include <filesystem>
#include <initializer_list>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <unordered_map>
#include <variant>

struct sqlite3;
struct sqlite3_stmt;

namespace storefront {

// The store could not do what was asked: disk full, file damaged, a broken constraint. What was
// under way has to be rolled back.
class database_error : public std::runtime_error {
public:
    using std::runtime_error::runtime_error;
};

// What a commit survives. `full`: power loss. `normal`: the death of the process; power loss may
// take the latest commits. `off`: the death of the process only, for tests that need no disk.
enum class durability { full, normal, off };

using bound_value = std::variant<std::int64_t, std::string_view>;
using bound_values = std::initializer_list<bound_value>;

// The rows of one select, read once, front to back. Must be gone before the same SQL is run again.
class rows {
public:
    explicit rows(sqlite3_stmt* statement) : statement_(statement) {}
    ~rows();
    rows(rows&& other) noexcept : statement_(std::exchange(other.statement_, nullptr)) {}
    rows& operator=(rows&&) = delete;

    bool next();
    [[nodiscard]] std::int64_t integer(int column) const;
    [[nodiscard]] std::string text(int column) const;
    // The current row with its column names as members; NULL columns are left out.
    [[nodiscard]] boost::json::object object() const;

private:
    sqlite3_stmt* statement_;
};

// One SQLite file (WAL) with its prepared statements, which are kept by their text. Owned by a
// service and used on that service's thread only. Every member throws database_error.
class database {
public:
    database(const std::filesystem::path& file, durability commits);
    ~database();
    database(const database&) = delete;
    database& operator=(const database&) = delete;

    // Several statements without values: schemas.
    void script(const char* sql);

    // `sql` uses ?1, ?2, … for `values`.
    rows select(std::string_view sql, bound_values values = {});
    // The number of rows that changed.
    std::int64_t run(std::string_view sql, bound_values values = {});

    std::optional<boost::json::object> first(std::string_view sql, bound_values values = {});
    boost::json::array list(std::string_view sql, bound_values values = {});
    // The first column of the first row; 0 without a row or when it is NULL.
    std::int64_t number(std::string_view sql, bound_values values = {});

    void begin();
    void commit();
    void rollback() noexcept;
    // One savepoint at a time, inside a transaction.
    void mark();
    void keep_since_mark();
    void undo_to_mark();

private:
    sqlite3_stmt* prepared(std::string_view sql, bound_values values);

    struct close_connection {
        void operator()(sqlite3* connection) const;
    };
    struct finalize_statement {
        void operator()(sqlite3_stmt* statement) const;
    };
    std::unique_ptr<sqlite3, close_connection> connection_;
    std::unordered_map<std::string, std::unique_ptr<sqlite3_stmt, finalize_statement>> statements_;
};

}  // namespace storefront
