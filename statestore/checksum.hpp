#pragma once

#include <cstdint>
#include <string_view>

namespace makegood::statestore {

// CRC-32 as Ethernet has it: for what is small.
[[nodiscard]] std::uint32_t crc32_of(std::string_view bytes);

// The checksum of SQLite's log, which serves our pages too: two sums over pairs of 32-bit words,
// each of which feeds the other. A change of one word always changes them, and a page takes half a
// microsecond.
struct word_sums {
    std::uint32_t first = 0;
    std::uint32_t second = 0;

    // `bytes` are whole pairs of words, little endian unless said otherwise.
    void add(std::string_view bytes, bool big_endian = false);
    bool operator==(const word_sums&) const = default;
};

// Numbers as they stand in files, whatever the machine's own order is.
[[nodiscard]] std::uint32_t big_endian_number(std::string_view four_bytes);
[[nodiscard]] std::uint32_t little_endian_number(std::string_view four_bytes);
void put_little_endian(char* four_bytes, std::uint32_t number);

}  // namespace makegood::statestore
