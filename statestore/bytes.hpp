#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "engine/identifiers.hpp"

// The primitives under the codec:
//   varint  little-endian groups of seven bits, the high bit says that more follow; the shortest
//   form only signed  zigzag, then varint text    varint length, bytes
namespace makegood::statestore {

// Appends to a text that the caller owns.
class byte_writer {
public:
    explicit byte_writer(std::string& out) : out_(out) {}

    void byte(std::uint8_t value) { out_.push_back(static_cast<char>(value)); }
    void number(std::uint64_t value);
    void signed_number(std::int64_t value);
    void text(std::string_view value);
    void bytes(std::string_view value) { out_.append(value); }

private:
    std::string& out_;
};

// Why bytes are not what an encoder wrote. Thrown inside the codec only; its functions catch it.
struct malformed {
    std::size_t at = 0;  // which byte
    std::string why;
};

// Reads front to back and throws `malformed` instead of reading past the end. `bytes` outlives it.
class byte_reader {
public:
    explicit byte_reader(std::string_view bytes) : bytes_(bytes) {}

    std::uint8_t byte();
    std::uint64_t number(std::uint64_t max);
    std::int64_t signed_number();
    std::string_view text();
    std::string_view bytes(std::size_t size);
    // How many elements follow, each of which takes at least one byte.
    std::size_t count();
    void expect_end() const;

    [[nodiscard]] std::size_t position() const { return at_; }
    [[nodiscard]] std::size_t remaining() const { return bytes_.size() - at_; }
    [[noreturn]] void fail(std::string why) const { throw malformed{at_, std::move(why)}; }

private:
    std::string_view bytes_;
    std::size_t at_ = 0;
};

// The form of an id in keys: the 16 bytes, which begin with the time, then the prefix. So keys are
// in the order of creation, and a family's sagas lie side by side.
inline constexpr std::size_t id_bytes_size = 16 + 3;
[[nodiscard]] std::array<char, id_bytes_size> id_bytes(const saga_id& id);
// Nothing when `bytes` are not those of an id.
[[nodiscard]] std::optional<saga_id> parse_id_bytes(std::string_view bytes);

}  // namespace makegood::statestore
