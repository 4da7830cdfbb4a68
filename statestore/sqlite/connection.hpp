#pragma once

#include <array>
#include <concepts>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>

#include "engine/ports/journal.hpp"

struct sqlite3;
struct sqlite3_file;
struct sqlite3_stmt;

namespace makegood::statestore {

// How SQLite's trouble travels inside statestore; the public functions catch it.
struct store_failure {
    store_error error;
};

// A value bound as BLOB; a plain string_view is bound as TEXT.
struct blob {
    std::string_view bytes;
};

enum class access : std::uint8_t { read_write, read_only };

// What the first bytes of a store's file say, whatever the log says.
struct store_header {
    bool keeps_log = false;  // there may be a log beside it that is a part of the data
    std::int64_t schema_version = 0;
};

// One connection to one SQLite file. Owned by a writer or reader and used on its thread only. Every
// member throws store_failure.
class connection {
public:
    connection(const std::filesystem::path& file, access wanted, std::uint32_t busy_time_max_ms);

    // Runs statements without results.
    void execute(const std::string& sql);
    // The first column of the first row, as a number.
    [[nodiscard]] std::int64_t number(const std::string& sql);
    // Rows that the last INSERT, UPDATE or DELETE touched.
    [[nodiscard]] std::int64_t changes() const;
    // Where the last INSERT into a table with a position put its row.
    [[nodiscard]] std::int64_t last_position() const;
    [[nodiscard]] bool in_transaction() const;
    // From now on `pages` is what the log holds after each commit of this connection, which it
    // outlives.
    void watch_log(std::uint32_t& pages);
    [[nodiscard]] store_header header() const;
    // Whether its pages carry seals.
    [[nodiscard]] bool sealed() const;
    // Copies what of the log readers permit into the database. Returns how many of the log's pages
    // are in the database by now: synchronised when that is all of them, else perhaps not.
    std::uint32_t checkpoint();
    void sync_database();
    // Nothing of the log counts as copied any more: the next checkpoint copies all of it. In a
    // write transaction, and while nobody copies.
    void forget_copies();
    // The same for all of it, waiting for readers at most that long, so that the log can begin
    // again.
    void restart_log(std::uint32_t reader_wait_max_ms);
    // The same, and the log is empty then, and gone with the last connection. False when a reader
    // is in the way: the log stays as it is.
    [[nodiscard]] bool close_log();

    [[nodiscard]] sqlite3* handle() const { return handle_.get(); }
    [[nodiscard]] const std::filesystem::path& file() const { return file_; }
    // What every transaction runs: prepared once.
    enum class boundary : std::uint8_t { begin_write, begin_read, commit };
    void run(boundary which);

    // Throws what SQLite says of its last call; `doing` completes "while …".
    [[noreturn]] void fail(int code, std::string_view doing) const;

private:
    struct closer {
        void operator()(sqlite3* handle) const;
    };
    struct finaliser {
        void operator()(sqlite3_stmt* statement) const;
    };

    struct copied {
        bool all = false;
        std::uint32_t pages = 0;
    };
    copied checkpoint(int mode);
    void copy_log_on_close(bool wanted);
    [[nodiscard]] sqlite3_file* database_file() const;
    [[noreturn]] void fail_damaged(std::string_view doing) const;

    std::filesystem::path file_;
    std::uint32_t busy_time_max_ms_;
    std::unique_ptr<sqlite3, closer> handle_;
    std::array<std::unique_ptr<sqlite3_stmt, finaliser>, 3> boundaries_;  // by `boundary`
};

// The rows of one run of a statement, read once, front to back. Ends the run when it goes.
class rows {
public:
    rows(const connection& db, sqlite3_stmt* statement) : db_(db), statement_(statement) {}
    ~rows();
    rows(const rows&) = delete;
    rows& operator=(const rows&) = delete;

    // Before the first row, and after each.
    bool next();
    [[nodiscard]] bool is_null(int column) const;
    [[nodiscard]] std::int64_t integer(int column) const;
    // Valid until the next call of next().
    [[nodiscard]] std::string_view bytes(int column) const;

private:
    const connection& db_;
    sqlite3_stmt* statement_;
};

// A prepared statement. Must not outlive its connection. What is bound must live until the run
// ends.
class statement {
public:
    statement(const connection& db, std::string_view sql);

    // A run with results.
    template <class... Values>
    [[nodiscard]] rows select(const Values&... values) {
        bind_all(values...);
        return rows(db_, statement_.get());
    }

    // A run without results.
    template <class... Values>
    void run(const Values&... values) {
        bind_all(values...);
        rows(db_, statement_.get()).next();
    }

private:
    struct finaliser {
        void operator()(sqlite3_stmt* statement) const;
    };

    template <class... Values>
    void bind_all(const Values&... values) {
        int position = 0;
        (bind(++position, values), ...);
    }
    template <std::integral Number>
    void bind(int position, Number value) {
        bind_number(position, static_cast<std::int64_t>(value));
    }
    void bind(int position, std::string_view value);
    void bind(int position, blob value);
    template <class Value>
    void bind(int position, const std::optional<Value>& value) {
        if (value) {
            bind(position, *value);
        } else {
            bind_null(position);
        }
    }
    void bind_number(int position, std::int64_t value);
    void bind_null(int position);

    const connection& db_;
    std::unique_ptr<sqlite3_stmt, finaliser> statement_;
};

// Everything from its construction to commit() happens or nothing does. Destroyed without a commit
// it rolls back.
class transaction {
public:
    enum class kind : std::uint8_t { write, read };

    transaction(connection& db, kind wanted);
    ~transaction();
    transaction(const transaction&) = delete;
    transaction& operator=(const transaction&) = delete;

    void commit();

private:
    connection& db_;
};

// Runs `work` and turns a store_failure into an error.
template <class Work>
auto guarded(const Work& work) -> store_result<std::invoke_result_t<Work>> {
    try {
        if constexpr (std::is_void_v<std::invoke_result_t<Work>>) {
            work();
            return {};
        } else {
            return work();
        }
    } catch (const store_failure& failure) {
        return failure.error;
    }
}

// The value, or its error thrown as store_failure.
template <class Value>
Value value_of(store_result<Value>&& result) {
    if (!result) throw store_failure{std::move(result.error())};
    if constexpr (!std::is_void_v<Value>) return std::move(*result);
}

}  // namespace makegood::statestore
