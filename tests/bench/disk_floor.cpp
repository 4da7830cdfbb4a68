// The floor of a durable store: bytes into one table of SQLite, appended, in transactions of a
// given size, each fsynced (WAL, synchronous=FULL); and the same bytes into a plain file with
// fdatasync, which is what the disk itself can do.
#include <fcntl.h>
#include <fmt/format.h>
#include <sqlite3.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <string>

namespace {

using steady = std::chrono::steady_clock;

struct floor_options {
    std::filesystem::path folder;
    std::size_t rows = 32;    // of one transaction
    std::size_t bytes = 400;  // of one row
    double seconds = 3;
};

struct rate {
    double commits_per_second = 0;
    double rows_per_second = 0;
};

[[noreturn]] void give_up(const std::string& why) {
    fmt::print(stderr, "disk_floor: {}\n", why);
    std::exit(1);
}

// Calls `commit` until the time is over.
template <class Commit>
rate measure(const floor_options& options, Commit commit) {
    const auto begun = steady::now();
    std::size_t commits = 0;
    double passed = 0;
    for (; passed < options.seconds; ++commits) {
        commit();
        passed = std::chrono::duration<double>(steady::now() - begun).count();
    }
    const double each_second = static_cast<double>(commits) / passed;
    return {each_second, each_second * static_cast<double>(options.rows)};
}

class one_table {
public:
    explicit one_table(const std::filesystem::path& file) {
        if (sqlite3_open(file.c_str(), &db_) != SQLITE_OK) give_up(sqlite3_errmsg(db_));
        run("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;"
            "PRAGMA wal_autocheckpoint = 2000; CREATE TABLE log (bytes BLOB)");
        const char* insert = "INSERT INTO log VALUES (?1)";
        if (sqlite3_prepare_v2(db_, insert, -1, &insert_, nullptr) != SQLITE_OK) {
            give_up(sqlite3_errmsg(db_));
        }
    }
    ~one_table() {
        sqlite3_finalize(insert_);
        sqlite3_close(db_);
    }
    one_table(const one_table&) = delete;
    one_table& operator=(const one_table&) = delete;

    void run(const char* sql) {
        if (sqlite3_exec(db_, sql, nullptr, nullptr, nullptr) != SQLITE_OK) {
            give_up(sqlite3_errmsg(db_));
        }
    }

    void insert(const std::string& bytes) {
        sqlite3_bind_blob(insert_, 1, bytes.data(), static_cast<int>(bytes.size()), SQLITE_STATIC);
        if (sqlite3_step(insert_) != SQLITE_DONE) give_up(sqlite3_errmsg(db_));
        sqlite3_reset(insert_);
    }

private:
    sqlite3* db_ = nullptr;
    sqlite3_stmt* insert_ = nullptr;
};

rate measure_sqlite(const floor_options& options) {
    one_table table(options.folder / "floor.db");
    const std::string bytes(options.bytes, 'x');
    return measure(options, [&] {
        table.run("BEGIN IMMEDIATE");
        for (std::size_t i = 0; i < options.rows; ++i)
            table.insert(bytes);
        table.run("COMMIT");
    });
}

rate measure_file(const floor_options& options) {
    const std::filesystem::path path = options.folder / "floor.log";
    const int file = ::open(path.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    if (file < 0) give_up("cannot create " + path.string());
    const std::string bytes(options.bytes * options.rows, 'x');
    const rate seen = measure(options, [&] {
        if (::write(file, bytes.data(), bytes.size()) < 0 || ::fdatasync(file) != 0) {
            give_up("cannot write " + path.string());
        }
    });
    ::close(file);
    return seen;
}

std::string json_of(const rate& seen) {
    return fmt::format(
        R"({{"commits_per_second":{:.1f},"rows_per_second":{:.1f}}})", seen.commits_per_second,
        seen.rows_per_second
    );
}

}  // namespace

int main(int argc, char** argv) {
    floor_options options;
    CLI::App app{"What SQLite and the disk can do at best"};
    app.add_option("--folder", options.folder, "where; an empty one")->required();
    app.add_option("--rows", options.rows, "of one transaction");
    app.add_option("--bytes", options.bytes, "of one row");
    app.add_option("--seconds", options.seconds, "of each measurement");
    CLI11_PARSE(app, argc, argv);
    const rate sqlite = measure_sqlite(options);
    const rate file = measure_file(options);
    fmt::print(
        R"({{"sqlite":{},"file":{}}})"
        "\n",
        json_of(sqlite), json_of(file)
    );
    return 0;
}
