#include "statestore/sqlite/gathered_log.hpp"

#include <new>
#include <string>
#include <string_view>

#include "engine/assert.hpp"
#include "statestore/checksum.hpp"
#include "statestore/sqlite/log_check.hpp"
#include "statestore/sqlite/page_seal.hpp"
#include "statestore/sqlite/wrapped_file.hpp"

namespace makegood::statestore {
namespace {

// SQLite's own files write at most 128 KiB - 1 in one call, so that a larger commit takes several.
constexpr std::size_t written_max = 0x1FFFF;
constexpr std::size_t gathered_max = written_max - (frame_header_size + page_size);

struct gathered_log {
    sqlite3_file base{nullptr};
    std::string waiting;           // to be written
    sqlite3_int64 waiting_at = 0;  // where its first byte belongs
    bool completes = false;        // the next page is the last one of its commit
    // What could not be written: whoever builds on it gets the error again.
    int lost = SQLITE_OK;
    sqlite3_int64 lost_at = 0;

    [[nodiscard]] sqlite3_int64 end() const {
        return waiting_at + static_cast<sqlite3_int64>(waiting.size());
    }
};

using log_file = wrapped_file<gathered_log>;

int write_through(sqlite3_file* file, const void* from, std::size_t size, sqlite3_int64 offset) {
    const int code =
        log_file::pass_on(&sqlite3_io_methods::xWrite, file, from, static_cast<int>(size), offset);
    if (code == SQLITE_OK) return code;
    gathered_log& log = log_file::mine(file);
    log.lost = code;
    log.lost_at = offset;
    return code;
}

int write_waiting(sqlite3_file* file) {
    gathered_log& log = log_file::mine(file);
    log.completes = false;
    if (log.lost != SQLITE_OK) return log.lost;
    if (log.waiting.empty()) return SQLITE_OK;
    const int code = write_through(file, log.waiting.data(), log.waiting.size(), log.waiting_at);
    log.waiting_at = log.end();
    log.waiting.clear();
    return code;
}

// The second number of a frame's header is not 0 in the last frame of a commit (log_check.cpp).
bool begins_last_frame(std::string_view bytes) {
    return bytes.size() == frame_header_size && big_endian_number(bytes.substr(4)) != 0;
}

// -- the calls that are not only passed on

int write(sqlite3_file* file, const void* from, int size, sqlite3_int64 offset) {
    gathered_log& log = log_file::mine(file);
    const std::string_view bytes{static_cast<const char*>(from), static_cast<std::size_t>(size)};
    if (log.lost != SQLITE_OK && offset <= log.lost_at) log.lost = SQLITE_OK;  // written anew
    if (offset != log.end() || log.lost != SQLITE_OK) {
        if (const int code = write_waiting(file); code != SQLITE_OK) return code;
        log.waiting_at = offset + size;
        return write_through(file, from, bytes.size(), offset);
    }
    log.waiting += bytes;
    ASSERT(log.waiting.size() <= written_max);
    const bool is_page = bytes.size() == page_size;
    if (is_page && (log.completes || log.waiting.size() >= gathered_max)) {
        return write_waiting(file);
    }
    log.completes = begins_last_frame(bytes);
    return SQLITE_OK;
}

int read(sqlite3_file* file, void* to, int size, sqlite3_int64 offset) {
    gathered_log& log = log_file::mine(file);
    const bool waits = offset + size > log.waiting_at && !log.waiting.empty();
    if (const int code = waits ? write_waiting(file) : SQLITE_OK; code != SQLITE_OK) return code;
    return log_file::pass_on(&sqlite3_io_methods::xRead, file, to, size, offset);
}

template <auto Method, class... Arguments>
int after_waiting(sqlite3_file* file, Arguments... arguments) {
    if (const int code = write_waiting(file); code != SQLITE_OK) return code;
    return (log_file::real(file)->pMethods->*Method)(log_file::real(file), arguments...);
}

template <auto Method, class... Arguments>
int passed_on(sqlite3_file* file, Arguments... arguments) {
    return (log_file::real(file)->pMethods->*Method)(log_file::real(file), arguments...);
}

// What waits then is of a commit that came to nothing.
int close(sqlite3_file* file) {
    const int code = log_file::pass_on(&sqlite3_io_methods::xClose, file);
    log_file::mine(file).~gathered_log();
    return code;
}

using io = sqlite3_io_methods;

constexpr sqlite3_io_methods methods{
    .iVersion = 1,  // what later versions add is for databases
    .xClose = close,
    .xRead = read,
    .xWrite = write,
    .xTruncate = after_waiting<&io::xTruncate, sqlite3_int64>,
    .xSync = after_waiting<&io::xSync, int>,
    .xFileSize = after_waiting<&io::xFileSize, sqlite3_int64*>,
    .xLock = passed_on<&io::xLock, int>,
    .xUnlock = passed_on<&io::xUnlock, int>,
    .xCheckReservedLock = passed_on<&io::xCheckReservedLock, int*>,
    .xFileControl = passed_on<&io::xFileControl, int, void*>,
    .xSectorSize = passed_on<&io::xSectorSize>,
    .xDeviceCharacteristics = passed_on<&io::xDeviceCharacteristics>,
    .xShmMap = nullptr,
    .xShmLock = nullptr,
    .xShmBarrier = nullptr,
    .xShmUnmap = nullptr,
    .xFetch = nullptr,
    .xUnfetch = nullptr,
};

}  // namespace

std::size_t gathered_log_size() {
    return sizeof(gathered_log);
}

int open_gathered_log(
    sqlite3_vfs* system, const char* name, sqlite3_file* file, int flags, int* flags_out
) {
    new (file) gathered_log;
    const int code = system->xOpen(system, name, log_file::real(file), flags, flags_out);
    if (log_file::real(file)->pMethods == nullptr) {
        log_file::mine(file).~gathered_log();
        file->pMethods = nullptr;
        return code;
    }
    file->pMethods = &methods;
    return code;
}

}  // namespace makegood::statestore
