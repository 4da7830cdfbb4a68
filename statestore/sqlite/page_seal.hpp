#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>

struct sqlite3;

// SQLite keeps no checksums of its pages. Our stores do: the last eight bytes of every page are a
// seal over the rest and the page's number, which is laid on when the page is written into the
// database and checked whenever it is read from there. So one flipped bit, a page that was cut off
// or one that stands in another's place is an error, and never another answer.
//
// Pages in the log have SQLite's own checksums, which log_check.hpp reads.
namespace makegood::statestore {

inline constexpr std::size_t page_size = 4'096;
inline constexpr int page_seal_size = 8;

// The name under which SQLite knows the file system that seals, for sqlite3_open_v2(). Any thread.
[[nodiscard]] const char* sealing_file_system();

// What the file system knows of the database of one connection.
struct sealed_database {
    bool sealed = false;             // false: made before there were seals
    std::uint32_t damaged_page = 0;  // the last one that was read; 0: none
    // The beginning of the file itself, whatever the log says; shorter when the file is.
    std::array<char, 100> header{};
    std::size_t header_size = 0;
};
[[nodiscard]] sealed_database sealed_database_of(sqlite3* db);

}  // namespace makegood::statestore
