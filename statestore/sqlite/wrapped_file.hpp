#pragma once

#include <sqlite3.h>

#include <cstddef>
#include <type_traits>

// A file of SQLite's that has another of SQLite's own behind it, in the memory after it: what our
// file system puts before the system's. For the sources of that file system only.
namespace makegood::statestore {

template <class Wrapping>
struct wrapped_file {
    static_assert(sizeof(Wrapping) % alignof(std::max_align_t) == 0);

    static Wrapping& mine(sqlite3_file* file) { return *reinterpret_cast<Wrapping*>(file); }
    static sqlite3_file* real(sqlite3_file* file) {
        return reinterpret_cast<sqlite3_file*>(reinterpret_cast<Wrapping*>(file) + 1);
    }
    template <class... Arguments>
    static int pass_on(
        int (*sqlite3_io_methods::*method)(sqlite3_file*, Arguments...),
        sqlite3_file* file,
        std::type_identity_t<Arguments>... arguments
    ) {
        return (real(file)->pMethods->*method)(real(file), arguments...);
    }
};

}  // namespace makegood::statestore
