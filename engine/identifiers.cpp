#include "engine/identifiers.hpp"

#include "engine/assert.hpp"

namespace makegood {
namespace {

// Crockford's alphabet in lower case: no i, l, o, u; sorts as the bytes do.
constexpr std::string_view alphabet = "0123456789abcdefghjkmnpqrstvwxyz";
constexpr std::size_t suffix_size = 26;  // ceil(128 / 5)
static_assert(alphabet.size() == 32);
static_assert(saga_id::text_size == 3 + 1 + suffix_size);

int digit_value(char digit) {
    const auto at = alphabet.find(digit);
    return at == std::string_view::npos ? -1 : static_cast<int>(at);
}

std::uint64_t big_endian(const std::uint8_t* bytes) {
    std::uint64_t number = 0;
    for (std::size_t i = 0; i < 8; ++i)
        number = (number << 8) | bytes[i];
    return number;
}

bool is_prefix(std::string_view text) {
    if (text.size() != 3) return false;
    for (const char letter : text) {
        if (letter < 'a' || letter > 'z') return false;
    }
    return true;
}

}  // namespace

std::uint64_t stable_hash(std::string_view bytes, std::uint64_t seed) {
    // FNV-1a, then the finaliser of splitmix64 so that every output bit depends on every input bit.
    std::uint64_t hash = 0xcbf29ce484222325ULL ^ seed;
    for (const char byte : bytes) {
        hash ^= static_cast<unsigned char>(byte);
        hash *= 0x100000001b3ULL;
    }
    hash += 0x9e3779b97f4a7c15ULL;
    hash = (hash ^ (hash >> 30)) * 0xbf58476d1ce4e5b9ULL;
    hash = (hash ^ (hash >> 27)) * 0x94d049bb133111ebULL;
    return hash ^ (hash >> 31);
}

id_text& id_text::append(std::string_view more) {
    ASSERT(more.size() <= characters_.size() - size_);
    std::memcpy(characters_.data() + size_, more.data(), more.size());
    size_ += more.size();
    return *this;
}

partition partition_of(const customer_id& customer) {
    return static_cast<partition>(stable_hash(customer.value) & (partitions_count - 1));
}

saga_id saga_id::make(
    std::string_view prefix,
    std::int64_t created_ms,
    partition owner,
    const std::array<std::uint8_t, 9>& random
) {
    ASSERT(created_ms >= 0 && created_ms < (std::int64_t{1} << 48));
    std::array<std::uint8_t, 16> bytes{};
    for (std::size_t i = 0; i < 6; ++i) {
        bytes[i] = static_cast<std::uint8_t>(created_ms >> (8 * (5 - i)));
    }
    bytes[6] = owner;
    std::memcpy(bytes.data() + 7, random.data(), random.size());
    return from_bytes(prefix, bytes);
}

saga_id saga_id::from_bytes(std::string_view prefix, const std::array<std::uint8_t, 16>& bytes) {
    ASSERT(is_prefix(prefix));
    saga_id id;
    id.bytes_ = bytes;
    std::memcpy(id.prefix_.data(), prefix.data(), id.prefix_.size());
    return id;
}

std::optional<saga_id> saga_id::parse(std::string_view text) {
    if (text.size() != text_size || text[3] != '_' || !is_prefix(text.substr(0, 3))) return {};
    // 26 digits carry 130 bits: the first one may only use its low three.
    std::array<std::uint8_t, 16> bytes{};
    unsigned pending = 0;
    unsigned pending_bits = 0;
    std::size_t filled = 0;
    for (std::size_t i = 0; i < suffix_size; ++i) {
        const int value = digit_value(text[4 + i]);
        if (value < 0 || (i == 0 && value > 7)) return {};
        pending = (pending << 5) | static_cast<unsigned>(value);
        pending_bits += i == 0 ? 3 : 5;
        if (pending_bits < 8) continue;
        pending_bits -= 8;
        bytes[filled++] = static_cast<std::uint8_t>(pending >> pending_bits);
        pending &= (1U << pending_bits) - 1;
    }
    ASSERT(filled == bytes.size() && pending_bits == 0);
    return from_bytes(text.substr(0, 3), bytes);
}

std::string saga_id::suffix() const {
    return std::string(in_place_text().view().substr(text_size - suffix_size));
}

id_text saga_id::in_place_text() const {
    // 128 bits, and two zero bits before them, make 26 digits of five bits; the last one first.
    std::uint64_t high = big_endian(bytes_.data());
    std::uint64_t low = big_endian(bytes_.data() + 8);
    std::array<char, suffix_size> digits;
    for (std::size_t place = suffix_size; place > 0;) {
        digits[--place] = alphabet[low & 31U];
        low = (low >> 5) | (high << 59);
        high >>= 5;
    }
    id_text text;
    text.append(prefix()).append('_').append({digits.data(), digits.size()});
    return text;
}

saga_id saga_id::with_prefix(std::string_view prefix) const {
    return from_bytes(prefix, bytes_);
}

}  // namespace makegood
