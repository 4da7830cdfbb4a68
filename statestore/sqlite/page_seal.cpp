// A file system for SQLite that is SQLite's own, but for the reads and writes of database files and
// the writes of logs (gathered_log.cpp).
//
//   page  := content:4088 bytes seal
//   seal  := 8 bytes: word_sums, begun with the page's number, over the content; two numbers,
//   little
//            endian
//
// The database's header says that its pages keep eight bytes free at their ends (byte 20).

#include "statestore/sqlite/page_seal.hpp"

#include <sqlite3.h>

#include <algorithm>
#include <cstddef>
#include <cstring>
#include <new>

#include "engine/assert.hpp"
#include "statestore/checksum.hpp"
#include "statestore/sqlite/gathered_log.hpp"
#include "statestore/sqlite/page_cache.hpp"
#include "statestore/sqlite/wrapped_file.hpp"

namespace makegood::statestore {
namespace {

constexpr std::string_view magic{"SQLite format 3", 16};
constexpr std::size_t reserve_at = 20;
constexpr int smallest_page = 512;
constexpr int ask_for_database = 0x4D6B'0001;  // a file control of ours
// Newer ones than 3.40 may read a part of a page only when a file says that this is fine.
constexpr int reads_parts_of_pages = 0x8000;

// Lies before SQLite's own object of the same file, in memory that SQLite gives.
struct sealing_file {
    sqlite3_file base;
    bool sealed;
    std::uint32_t damaged_page;
};

using database_file = wrapped_file<sealing_file>;

sealing_file& mine(sqlite3_file* file) {
    return database_file::mine(file);
}
sqlite3_file* real(sqlite3_file* file) {
    return database_file::real(file);
}
template <class... Arguments>
int pass_on(
    int (*sqlite3_io_methods::*method)(sqlite3_file*, Arguments...),
    sqlite3_file* file,
    std::type_identity_t<Arguments>... arguments
) {
    return database_file::pass_on(method, file, arguments...);
}

std::array<char, page_seal_size> seal_of(std::string_view page, std::uint32_t number) {
    word_sums sums{number, 0};
    sums.add(page.substr(0, page_size - page_seal_size));
    std::array<char, page_seal_size> seal{};
    put_little_endian(seal.data(), sums.first);
    put_little_endian(seal.data() + 4, sums.second);
    return seal;
}

std::uint32_t number_of_page_at(sqlite3_int64 offset) {
    return static_cast<std::uint32_t>(offset / static_cast<sqlite3_int64>(page_size)) + 1;
}

// Only what surely was written without seals is read without them.
bool lacks_seals(std::string_view header) {
    return header.size() > reserve_at && header.starts_with(magic) && header[reserve_at] == 0;
}

std::size_t read_header(sqlite3_file* file, std::array<char, 100>& header) {
    sqlite3_int64 size = 0;
    if (pass_on(&sqlite3_io_methods::xFileSize, file, &size) != SQLITE_OK) return 0;
    const auto there = static_cast<std::size_t>(
        std::min<sqlite3_int64>(size, static_cast<sqlite3_int64>(header.size()))
    );
    const int code = pass_on(
        &sqlite3_io_methods::xRead, file, header.data(), static_cast<int>(there), sqlite3_int64{0}
    );
    return code == SQLITE_OK ? there : 0;
}

// -- the calls that are not only passed on

// SQLite reads single fields of the header by themselves; it reads them again with their page
// before it believes the rest of it.
int read(sqlite3_file* file, void* to, int size, sqlite3_int64 offset) {
    const int code = pass_on(&sqlite3_io_methods::xRead, file, to, size, offset);
    if (size < smallest_page || (code != SQLITE_OK && code != SQLITE_IOERR_SHORT_READ)) return code;
    const std::string_view page{static_cast<const char*>(to), static_cast<std::size_t>(size)};
    if (offset == 0 && !lacks_seals(page)) mine(file).sealed = true;
    if (!mine(file).sealed) return code;
    const std::uint32_t number = number_of_page_at(offset);
    if (code == SQLITE_OK && page.size() == page_size) {
        const auto seal = seal_of(page, number);
        if (page.ends_with(std::string_view{seal.data(), seal.size()})) return SQLITE_OK;
    }
    mine(file).damaged_page = number;
    return SQLITE_IOERR_DATA;
}

int write(sqlite3_file* file, const void* from, int size, sqlite3_int64 offset) {
    const std::string_view page{static_cast<const char*>(from), static_cast<std::size_t>(size)};
    // Seals are laid on for the first time in this file.
    if (offset == 0 && page.size() == page_size && !lacks_seals(page)) mine(file).sealed = true;
    if (!mine(file).sealed || page.size() != page_size) {
        return pass_on(&sqlite3_io_methods::xWrite, file, from, size, offset);
    }
    std::array<char, page_size> sealed;
    std::memcpy(sealed.data(), from, page_size);
    const auto seal = seal_of(page, number_of_page_at(offset));
    std::memcpy(sealed.data() + page_size - seal.size(), seal.data(), seal.size());
    return pass_on(&sqlite3_io_methods::xWrite, file, sealed.data(), size, offset);
}

int control(sqlite3_file* file, int operation, void* argument) {
    if (operation != ask_for_database) {
        return pass_on(&sqlite3_io_methods::xFileControl, file, operation, argument);
    }
    auto& answer = *static_cast<sealed_database*>(argument);
    answer.sealed = mine(file).sealed;
    answer.damaged_page = mine(file).damaged_page;
    answer.header_size = read_header(file, answer.header);
    return SQLITE_OK;
}

int characteristics(sqlite3_file* file) {
    return pass_on(&sqlite3_io_methods::xDeviceCharacteristics, file) & ~reads_parts_of_pages;
}

constexpr sqlite3_io_methods methods{
    .iVersion = 2,  // no reading through a mapped file, which nobody would check
    .xClose = [](sqlite3_file* file) { return pass_on(&sqlite3_io_methods::xClose, file); },
    .xRead = read,
    .xWrite = write,
    .xTruncate = [](sqlite3_file* file, sqlite3_int64 size
                 ) { return pass_on(&sqlite3_io_methods::xTruncate, file, size); },
    .xSync = [](sqlite3_file* file,
                int how) { return pass_on(&sqlite3_io_methods::xSync, file, how); },
    .xFileSize = [](sqlite3_file* file, sqlite3_int64* size
                 ) { return pass_on(&sqlite3_io_methods::xFileSize, file, size); },
    .xLock = [](sqlite3_file* file,
                int how) { return pass_on(&sqlite3_io_methods::xLock, file, how); },
    .xUnlock = [](sqlite3_file* file,
                  int how) { return pass_on(&sqlite3_io_methods::xUnlock, file, how); },
    .xCheckReservedLock =
        [](sqlite3_file* file, int* held) {
            return pass_on(&sqlite3_io_methods::xCheckReservedLock, file, held);
        },
    .xFileControl = control,
    .xSectorSize = [](sqlite3_file* file
                   ) { return pass_on(&sqlite3_io_methods::xSectorSize, file); },
    .xDeviceCharacteristics = characteristics,
    .xShmMap = [](sqlite3_file* file, int region, int size, int extends, void volatile** at
               ) { return pass_on(&sqlite3_io_methods::xShmMap, file, region, size, extends, at); },
    .xShmLock = [](sqlite3_file* file, int offset, int count, int flags
                ) { return pass_on(&sqlite3_io_methods::xShmLock, file, offset, count, flags); },
    .xShmBarrier = [](sqlite3_file* file) { real(file)->pMethods->xShmBarrier(real(file)); },
    .xShmUnmap = [](sqlite3_file* file,
                    int removes) { return pass_on(&sqlite3_io_methods::xShmUnmap, file, removes); },
    .xFetch = nullptr,
    .xUnfetch = nullptr,
};

sqlite3_vfs* system_files() {
    // Nobody reads SQLite's statistics of memory, and each allocation takes a lock for them. Too
    // late, and without harm, when this program has used SQLite before.
    static sqlite3_vfs* const found = [] {
        static_cast<void>(sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0));
        use_page_cache();
        return sqlite3_vfs_find(nullptr);
    }();
    ASSERT(found != nullptr);
    return found;
}

int open(sqlite3_vfs*, const char* name, sqlite3_file* file, int flags, int* flags_out) {
    sqlite3_vfs* const system = system_files();
    if ((flags & SQLITE_OPEN_WAL) != 0)
        return open_gathered_log(system, name, file, flags, flags_out);
    if ((flags & SQLITE_OPEN_MAIN_DB) == 0) {
        return system->xOpen(system, name, file, flags, flags_out);
    }
    // SQLite closes whatever has methods, also after a failure.
    new (file) sealing_file{{nullptr}, true, 0};
    const int code = system->xOpen(system, name, real(file), flags, flags_out);
    if (real(file)->pMethods == nullptr) return code;
    file->pMethods = &methods;
    std::array<char, 100> header{};
    const std::size_t size = read_header(file, header);
    mine(file).sealed = !lacks_seals({header.data(), size});
    return code;
}

}  // namespace

const char* sealing_file_system() {
    static sqlite3_vfs own = [] {
        sqlite3_vfs made = *system_files();
        made.pNext = nullptr;
        made.zName = "makegood";
        made.szOsFile += static_cast<int>(std::max(sizeof(sealing_file), gathered_log_size()));
        made.xOpen = open;
        return made;
    }();
    static const int code = sqlite3_vfs_register(&own, 0);
    ASSERT(code == SQLITE_OK);
    return own.zName;
}

sealed_database sealed_database_of(sqlite3* db) {
    sealed_database answer;
    static_cast<void>(sqlite3_file_control(db, "main", ask_for_database, &answer));
    return answer;
}

}  // namespace makegood::statestore
