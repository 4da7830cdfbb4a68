#include "statestore/bytes.hpp"

#include <algorithm>
#include <array>
#include <cstring>
#include <limits>

namespace makegood::statestore {

void byte_writer::number(std::uint64_t value) {
    constexpr std::size_t groups_max = (64 + 6) / 7;
    std::array<char, groups_max> groups{};
    std::size_t count = 0;
    for (; value >= 0x80; value >>= 7)
        groups[count++] = static_cast<char>(value | 0x80U);
    groups[count++] = static_cast<char>(value);
    out_.append(groups.data(), count);
}

void byte_writer::signed_number(std::int64_t value) {
    const auto bits = static_cast<std::uint64_t>(value);
    number((bits << 1) ^ (value < 0 ? ~std::uint64_t{0} : 0));
}

void byte_writer::text(std::string_view value) {
    number(value.size());
    out_.append(value);
}

std::uint8_t byte_reader::byte() {
    if (remaining() == 0) fail("the bytes end too early");
    return static_cast<std::uint8_t>(bytes_[at_++]);
}

std::uint64_t byte_reader::number(std::uint64_t max) {
    std::uint64_t value = 0;
    for (unsigned shift = 0; shift < 64; shift += 7) {
        const std::uint8_t next = byte();
        const std::uint64_t bits = next & 0x7FU;
        if (shift == 63 && bits > 1) fail("a number does not fit 64 bits");
        value |= bits << shift;
        if ((next & 0x80U) != 0) continue;
        if (next == 0 && shift != 0) fail("a number is not in its shortest form");
        if (value > max) {
            fail("the number " + std::to_string(value) + " is above " + std::to_string(max));
        }
        return value;
    }
    fail("a number has no end");
}

std::int64_t byte_reader::signed_number() {
    const std::uint64_t bits = number(std::numeric_limits<std::uint64_t>::max());
    return static_cast<std::int64_t>((bits >> 1) ^ ((bits & 1U) != 0 ? ~std::uint64_t{0} : 0));
}

std::string_view byte_reader::text() {
    const std::uint64_t size = number(std::numeric_limits<std::uint64_t>::max());
    if (size > remaining()) {
        fail(
            "a text of " + std::to_string(size) + " bytes is announced, "
            + std::to_string(remaining()) + " are left"
        );
    }
    return bytes(static_cast<std::size_t>(size));
}

std::string_view byte_reader::bytes(std::size_t size) {
    if (size > remaining()) fail("the bytes end too early");
    const std::string_view value = bytes_.substr(at_, size);
    at_ += size;
    return value;
}

std::size_t byte_reader::count() {
    const std::uint64_t announced = number(std::numeric_limits<std::uint64_t>::max());
    if (announced > remaining()) {
        fail(
            std::to_string(announced) + " elements are announced, " + std::to_string(remaining())
            + " bytes are left"
        );
    }
    return static_cast<std::size_t>(announced);
}

void byte_reader::expect_end() const {
    if (remaining() != 0) fail(std::to_string(remaining()) + " bytes follow the end");
}

std::array<char, id_bytes_size> id_bytes(const saga_id& id) {
    std::array<char, id_bytes_size> bytes{};
    std::memcpy(bytes.data(), id.bytes().data(), 16);
    std::memcpy(bytes.data() + 16, id.prefix().data(), 3);
    return bytes;
}

std::optional<saga_id> parse_id_bytes(std::string_view bytes) {
    if (bytes.size() != id_bytes_size) return {};
    const std::string_view prefix = bytes.substr(16);
    const auto is_letter = [](char letter) { return letter >= 'a' && letter <= 'z'; };
    if (!std::all_of(prefix.begin(), prefix.end(), is_letter)) return {};
    std::array<std::uint8_t, 16> id{};
    std::memcpy(id.data(), bytes.data(), id.size());
    return saga_id::from_bytes(prefix, id);
}

}  // namespace makegood::statestore
