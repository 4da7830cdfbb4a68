#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "engine/ports/journal.hpp"

// What ends everything that the codecs write: a checksum over all from the version on, so that a
// flipped bit is an error and never something else. Pure functions.
namespace makegood::statestore {

// Seals what stands in `out` from `begin` on.
void seal(std::string& out, std::size_t begin);

// What was sealed, of that version. Bytes of another version are left to the decoder, which says
// so.
[[nodiscard]] store_result<std::string_view> unsealed(
    std::string_view what, std::string_view bytes, std::uint8_t version
);

// The sentence for bytes that a later version wrote; `known` is the last one of this program.
[[nodiscard]] std::string words_of_later_version(
    std::string_view what, unsigned version, unsigned known
);

}  // namespace makegood::statestore
