// Preloaded into a server, counts what it gives to SQLite: the rows that were inserted, changed or
// deleted, and the bytes of events and records among what was bound to statements. Written to the
// file that MAKEGOOD_WRITE_COUNT names: "rows N" whenever a connection is closed, "payload N" at
// the end.
#include <dlfcn.h>
#include <sqlite3.h>

#include <atomic>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <mutex>

namespace {

// Blobs of these sizes are no payload: a saga's id, and the fingerprint of a request.
constexpr int id_size = 16 + 3;
constexpr int fingerprint_size = 32;

std::atomic<std::uint64_t> payload_bytes{0};

void note(const char* what, std::uint64_t number) {
    static std::mutex one_at_a_time;
    const char* path = std::getenv("MAKEGOOD_WRITE_COUNT");
    if (path == nullptr) return;
    const std::lock_guard lock(one_at_a_time);
    std::FILE* file = std::fopen(path, "a");
    if (file == nullptr) return;
    std::fprintf(file, "%s %llu\n", what, static_cast<unsigned long long>(number));
    std::fclose(file);
}

template <class Function>
Function original(const char* name) {
    return reinterpret_cast<Function>(dlsym(RTLD_NEXT, name));
}

void note_rows(sqlite3* db) {
    if (db != nullptr) note("rows", static_cast<std::uint64_t>(sqlite3_total_changes64(db)));
}

struct at_exit {
    ~at_exit() { note("payload", payload_bytes); }
};
const at_exit noting_payload;

}  // namespace

extern "C" {

int sqlite3_close(sqlite3* db) {
    note_rows(db);
    return original<int (*)(sqlite3*)>("sqlite3_close")(db);
}

int sqlite3_close_v2(sqlite3* db) {
    note_rows(db);
    return original<int (*)(sqlite3*)>("sqlite3_close_v2")(db);
}

int sqlite3_bind_blob(
    sqlite3_stmt* statement, int position, const void* bytes, int size, void (*release)(void*)
) {
    using binder = int (*)(sqlite3_stmt*, int, const void*, int, void (*)(void*));
    static const auto bind = original<binder>("sqlite3_bind_blob");
    if (size != id_size && size != fingerprint_size) {
        payload_bytes.fetch_add(static_cast<std::uint64_t>(size), std::memory_order_relaxed);
    }
    return bind(statement, position, bytes, size, release);
}
}
