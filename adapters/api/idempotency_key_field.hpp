#pragma once

#include <string_view>

#include "adapters/api/problem.hpp"
#include "adapters/http/message.hpp"
#include "engine/identifiers.hpp"

namespace makegood {

// A key as clients write it: a quoted string (RFC 8941) or a bare token, whose value is 1 to 255
// visible ASCII characters. Both forms of one value are the same key.
[[nodiscard]] or_problem<idempotency_key> parse_idempotency_key(std::string_view text);

// Reads the Idempotency-Key field, which must be there once.
[[nodiscard]] or_problem<idempotency_key> read_idempotency_key(const http::field_list& fields);

}  // namespace makegood
