#include "statestore/checksum.hpp"

#include <array>
#include <bit>
#include <cstring>

#include "engine/assert.hpp"

namespace makegood::statestore {
namespace {

// Eight bytes at a time: table i says what a byte does that i more bytes follow.
constexpr std::uint32_t crc_polynomial = 0xEDB88320;
using crc_tables = std::array<std::array<std::uint32_t, 256>, 8>;

constexpr crc_tables make_crc_tables() {
    crc_tables tables{};
    for (std::uint32_t byte = 0; byte < 256; ++byte) {
        std::uint32_t sum = byte;
        for (int bit = 0; bit < 8; ++bit)
            sum = (sum >> 1) ^ ((sum & 1) != 0 ? crc_polynomial : 0);
        tables[0][byte] = sum;
    }
    for (std::size_t i = 1; i < tables.size(); ++i) {
        for (std::size_t byte = 0; byte < 256; ++byte) {
            const std::uint32_t before = tables[i - 1][byte];
            tables[i][byte] = (before >> 8) ^ tables[0][before & 0xFF];
        }
    }
    return tables;
}
constexpr crc_tables crc_of = make_crc_tables();

std::uint32_t add_eight_bytes(std::uint32_t sum, const char* at) {
    const std::uint32_t low = sum ^ little_endian_number({at, 4});
    const std::uint32_t high = little_endian_number({at + 4, 4});
    return crc_of[7][low & 0xFF] ^ crc_of[6][(low >> 8) & 0xFF] ^ crc_of[5][(low >> 16) & 0xFF]
           ^ crc_of[4][low >> 24] ^ crc_of[3][high & 0xFF] ^ crc_of[2][(high >> 8) & 0xFF]
           ^ crc_of[1][(high >> 16) & 0xFF] ^ crc_of[0][high >> 24];
}

std::uint32_t own_number(const char* four_bytes) {
    std::uint32_t number = 0;
    std::memcpy(&number, four_bytes, sizeof number);
    return number;
}

template <bool Swapped>
void add_words(word_sums& sums, const char* at, const char* end) {
    std::uint32_t first = sums.first;
    std::uint32_t second = sums.second;
    for (; at != end; at += 8) {
        const std::uint32_t left = own_number(at);
        const std::uint32_t right = own_number(at + 4);
        first += (Swapped ? __builtin_bswap32(left) : left) + second;
        second += (Swapped ? __builtin_bswap32(right) : right) + first;
    }
    sums = {first, second};
}

}  // namespace

std::uint32_t crc32_of(std::string_view bytes) {
    std::uint32_t sum = ~std::uint32_t{0};
    for (; bytes.size() >= 8; bytes.remove_prefix(8))
        sum = add_eight_bytes(sum, bytes.data());
    for (const char each : bytes)
        sum = (sum >> 8) ^ crc_of[0][(sum ^ static_cast<std::uint8_t>(each)) & 0xFF];
    return ~sum;
}

void word_sums::add(std::string_view bytes, bool big_endian) {
    ASSERT(bytes.size() % 8 == 0);
    const char* const end = bytes.data() + bytes.size();
    constexpr bool machine_is_big = std::endian::native == std::endian::big;
    if (big_endian == machine_is_big) {
        add_words<false>(*this, bytes.data(), end);
    } else {
        add_words<true>(*this, bytes.data(), end);
    }
}

std::uint32_t little_endian_number(std::string_view four_bytes) {
    std::uint32_t number = 0;
    for (unsigned i = 0; i < 4; ++i) {
        number |= std::uint32_t{static_cast<unsigned char>(four_bytes[i])} << (8 * i);
    }
    return number;
}

std::uint32_t big_endian_number(std::string_view four_bytes) {
    return __builtin_bswap32(little_endian_number(four_bytes));
}

void put_little_endian(char* four_bytes, std::uint32_t number) {
    for (unsigned i = 0; i < 4; ++i)
        four_bytes[i] = static_cast<char>(number >> (8 * i));
}

}  // namespace makegood::statestore
