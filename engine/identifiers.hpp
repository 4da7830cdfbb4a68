#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <cstring>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "engine/named.hpp"

namespace makegood {

using customer_id = named_text<struct customer_id_tag>;
using idempotency_key = named_text<struct idempotency_key_tag>;
using backend_name = declared_name<struct backend_name_tag>;
using state_name = declared_name<struct state_name_tag>;
using fact_name = declared_name<struct fact_name_tag>;
using call_name = declared_name<struct call_name_tag>;

// One of the 256 logical partitions of the key space. A lane owns some of them.
using partition = std::uint8_t;
inline constexpr std::size_t partitions_count = 256;
[[nodiscard]] partition partition_of(const customer_id& customer);

// Position of an entry in its saga's journal; the first is 1.
using journal_sequence = std::uint32_t;

// Which of the calls of a fan-out step; 0 when the step makes one call.
using call_ordinal = std::uint8_t;

// SHA-256 of a start request's canonical body: tells a repeated request from a reused key.
using payload_fingerprint = std::array<std::uint8_t, 32>;

// An id as text, held in place: writing one allocates nothing.
class id_text {
public:
    static constexpr std::size_t size_max = 3 + 1 + 26 + 1 + 3;  // an id and the number of a tender

    // What is appended must fit.
    id_text& append(std::string_view more);
    id_text& append(char more) { return append({&more, 1}); }

    [[nodiscard]] std::string_view view() const { return {characters_.data(), size_}; }
    [[nodiscard]] std::string str() const { return std::string(view()); }
    // NOLINTNEXTLINE(google-explicit-constructor): it is a text.
    operator std::string_view() const { return view(); }

private:
    std::array<char, size_max> characters_{};
    std::size_t size_ = 0;
};

// Names one saga for ever. As text: a prefix of three letters, '_' and 26 letters and digits
// (`chk_01…`). The 16 bytes sort by creation time and carry the partition, so that any request
// finds its owner without a look-up.
//   bytes: milliseconds since 1970, big endian (6) | partition (1) | random (9)
class saga_id {
public:
    static constexpr std::size_t text_size = 3 + 1 + 26;

    saga_id() = default;
    // `random` are nine bytes of entropy that the caller supplies: the engine has none of its own.
    static saga_id make(
        std::string_view prefix,
        std::int64_t created_ms,
        partition owner,
        const std::array<std::uint8_t, 9>& random
    );
    // Nothing when `text` is not an id as text() writes it.
    static std::optional<saga_id> parse(std::string_view text);

    [[nodiscard]] std::string text() const { return in_place_text().str(); }
    [[nodiscard]] id_text in_place_text() const;
    [[nodiscard]] std::string_view prefix() const { return {prefix_.data(), prefix_.size()}; }
    [[nodiscard]] partition owner() const { return bytes_[6]; }
    // The 26 characters after the prefix: what the ids that are derived from this one share with
    // it.
    [[nodiscard]] std::string suffix() const;
    // The same saga family under another prefix: a child's id follows from its parent's.
    [[nodiscard]] saga_id with_prefix(std::string_view prefix) const;

    [[nodiscard]] const std::array<std::uint8_t, 16>& bytes() const { return bytes_; }
    static saga_id from_bytes(std::string_view prefix, const std::array<std::uint8_t, 16>& bytes);

    auto operator<=>(const saga_id&) const = default;

private:
    std::array<std::uint8_t, 16> bytes_{};
    std::array<char, 3> prefix_{};
};

// A well-mixed 64-bit hash that is the same on every machine and in every version: partitions and
// jitter depend on it.
[[nodiscard]] std::uint64_t stable_hash(std::string_view bytes, std::uint64_t seed = 0);

}  // namespace makegood

template <>
struct std::hash<makegood::saga_id> {
    std::size_t operator()(const makegood::saga_id& id) const noexcept {
        // The last eight bytes are random already.
        std::uint64_t mixed = 0;
        std::memcpy(&mixed, id.bytes().data() + 8, sizeof mixed);
        return mixed ^ static_cast<std::size_t>(id.prefix()[0]);
    }
};
