#pragma once

#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "engine/ports/journal.hpp"

// Turns the events of a commit into the rows that a store keeps of them, and back. Bytes that were
// not written by the encoder are refused: never undefined behaviour, never a length that is
// believed. The grammar is at the top of events_codec.cpp. Pure functions; any thread.
namespace makegood::statestore {

// A row takes no further event once it is that large, so that whoever reads holds one row at most.
inline constexpr std::size_t events_row_bytes_max = 256 * 1024;

// One row of `count` events. The bytes are valid during the call.
using events_row_kept = std::function<void(std::size_t count, std::string_view bytes)>;

// The events of those parts of a batch in their order, one row after the other; none when there are
// no events. `buffer` is the caller's, used again and again.
void encode_events(
    std::span<const saga_commit* const> changes, std::string& buffer, const events_row_kept& keep
);

// At least one.
[[nodiscard]] store_result<std::vector<outbox_event>> decode_events(std::string_view bytes);

}  // namespace makegood::statestore
