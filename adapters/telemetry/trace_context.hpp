#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

namespace makegood {

// W3C trace context, as far as it is continued here: `00-{trace id}-{parent id}-{flags}`.

// Whether `text` may be continued: version 00 with its exact form, or a later one that begins like
// it.
[[nodiscard]] bool is_traceparent(std::string_view text);

// A new trace from 24 bytes of entropy: 16 for the trace, 8 for its first span.
[[nodiscard]] std::string fresh_traceparent(const std::array<std::uint8_t, 24>& random);

// The same trace with another span: what one attempt of a call is sent with. `parent` must be
// valid.
[[nodiscard]] std::string continued_traceparent(
    std::string_view parent, const std::array<std::uint8_t, 8>& span
);

// The 32 digits of the trace id; empty when `traceparent` is not valid.
[[nodiscard]] std::string_view trace_id_of(std::string_view traceparent);

}  // namespace makegood
