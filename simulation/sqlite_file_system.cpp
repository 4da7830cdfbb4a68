#include "simulation/sqlite_file_system.hpp"

#include <sqlite3.h>

#include <new>
#include <string_view>
#include <type_traits>

#include "engine/assert.hpp"
#include "simulation/lossy_files.hpp"

// A file system for SQLite that is SQLite's own, and tells lossy_files of every write and sync.
namespace makegood::simulation {
namespace {

using failure = lossy_files::failure;

// Lies before SQLite's own object of the same file, in memory that SQLite gives.
struct watched_file {
    sqlite3_file base;
    lossy_files* disk;  // null: not watched
    lossy_file* file;
};
static_assert(sizeof(watched_file) % alignof(sqlite3_int64) == 0);

watched_file& mine(sqlite3_file* file) {
    return *reinterpret_cast<watched_file*>(file);
}
sqlite3_file* real(sqlite3_file* file) {
    return reinterpret_cast<sqlite3_file*>(reinterpret_cast<watched_file*>(file) + 1);
}

// -- the methods that are watched

int write(sqlite3_file* file, const void* bytes, int count, sqlite3_int64 offset) {
    const watched_file& self = mine(file);
    if (self.disk != nullptr) {
        if (self.disk->before_write() == failure::no_space) return SQLITE_FULL;
        self.file->write(
            static_cast<std::uint64_t>(offset),
            {static_cast<const char*>(bytes), static_cast<std::size_t>(count)}
        );
    }
    return real(file)->pMethods->xWrite(real(file), bytes, count, offset);
}

int truncate(sqlite3_file* file, sqlite3_int64 size) {
    const watched_file& self = mine(file);
    if (self.file != nullptr) self.file->truncate(static_cast<std::uint64_t>(size));
    return real(file)->pMethods->xTruncate(real(file), size);
}

// The real file need not reach the real disk: what matters is what the lossy one has.
int sync(sqlite3_file* file, int flags) {
    const watched_file& self = mine(file);
    if (self.disk == nullptr) return real(file)->pMethods->xSync(real(file), flags);
    if (self.disk->before_sync() == failure::sync) {
        self.file->fail_sync(self.disk->luck());
        return SQLITE_IOERR_FSYNC;
    }
    self.file->sync();
    return SQLITE_OK;
}

// -- the others are passed on

template <auto Method, class... Arguments>
int pass_on(sqlite3_file* file, Arguments... arguments) {
    return (real(file)->pMethods->*Method)(real(file), arguments...);
}

void shm_barrier(sqlite3_file* file) {
    real(file)->pMethods->xShmBarrier(real(file));
}

using io = sqlite3_io_methods;

// Version 2: without memory-mapped reading.
constexpr sqlite3_io_methods methods{
    2,
    pass_on<&io::xClose>,
    pass_on<&io::xRead, void*, int, sqlite3_int64>,
    write,
    truncate,
    sync,
    pass_on<&io::xFileSize, sqlite3_int64*>,
    pass_on<&io::xLock, int>,
    pass_on<&io::xUnlock, int>,
    pass_on<&io::xCheckReservedLock, int*>,
    pass_on<&io::xFileControl, int, void*>,
    pass_on<&io::xSectorSize>,
    pass_on<&io::xDeviceCharacteristics>,
    pass_on<&io::xShmMap, int, int, int, void volatile**>,
    pass_on<&io::xShmLock, int, int, int>,
    shm_barrier,
    pass_on<&io::xShmUnmap, int>,
    nullptr,
    nullptr,
};

// -- the file system

sqlite3_vfs* base_of(sqlite3_vfs* file_system) {
    return static_cast<sqlite3_vfs*>(file_system->pAppData);
}

int open(sqlite3_vfs* system, sqlite3_filename name, sqlite3_file* file, int flags, int* given) {
    watched_file& self = *new (file) watched_file{};
    const int code = base_of(system)->xOpen(base_of(system), name, real(file), flags, given);
    if (real(file)->pMethods == nullptr) return code;
    self.base.pMethods = &methods;
    const bool keeps_data = (flags & (SQLITE_OPEN_MAIN_DB | SQLITE_OPEN_WAL)) != 0;
    if (code != SQLITE_OK || !keeps_data) return code;
    self.disk = lossy_files::of_this_thread();
    if (self.disk != nullptr) self.file = self.disk->open(name);
    return code;
}

int remove(sqlite3_vfs* system, const char* name, int sync_folder) {
    lossy_files* disk = lossy_files::of_this_thread();
    if (disk != nullptr) disk->removed(name);
    return base_of(system)->xDelete(base_of(system), name, sync_folder);
}

int register_file_system() {
    static sqlite3_vfs file_system = [] {
        sqlite3_vfs* base = sqlite3_vfs_find(nullptr);
        ASSERT(base != nullptr);
        sqlite3_vfs made = *base;
        made.szOsFile = static_cast<int>(sizeof(watched_file)) + base->szOsFile;
        made.pNext = nullptr;
        made.zName = "makegood-lossy";
        made.pAppData = base;
        made.xOpen = open;
        made.xDelete = remove;
        return made;
    }();
    return sqlite3_vfs_register(&file_system, 1);
}

}  // namespace

void use_lossy_file_system() {
    static const int code = register_file_system();
    ASSERT(code == SQLITE_OK);
}

}  // namespace makegood::simulation
