#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "adapters/api/body_reader.hpp"
#include "adapters/lane/lane.hpp"

// What customers ask for, read in one way whether it comes by HTTP or as a message.
namespace makegood {

inline constexpr std::size_t call_bytes_max = 128;  // of a call's name

// A checkout to be started, from the document that describes it. `traceparent` is valid.
[[nodiscard]] or_problem<new_saga> read_new_checkout(
    const definition_registry& registry,
    idempotency_key key,
    std::string_view body,
    std::string traceparent
);

// These read their members; what is wrong with them is in the reader's problems.
[[nodiscard]] operator_acted read_cancel(body_reader& reader);
[[nodiscard]] signal_received read_payment_signal(body_reader& reader);

}  // namespace makegood
