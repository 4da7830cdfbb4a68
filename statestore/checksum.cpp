#include "statestore/checksum.hpp"

#include <bit>
#include <boost/crc.hpp>
#include <cstring>

#include "engine/assert.hpp"

namespace makegood::statestore {
namespace {

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
    boost::crc_32_type checksum;
    checksum.process_bytes(bytes.data(), bytes.size());
    return checksum.checksum();
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
