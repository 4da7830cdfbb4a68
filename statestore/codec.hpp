#pragma once

#include <string>
#include <string_view>

#include "engine/definition.hpp"
#include "engine/event.hpp"
#include "engine/ports/journal.hpp"
#include "engine/saga_record.hpp"

// Turns events and records into bytes and back. Equal values give equal bytes, and bytes that were
// not written by an encoder are refused: never undefined behaviour, never a length that is
// believed. The grammar is at the top of codec.cpp. Pure functions; any thread.
namespace makegood::statestore {

[[nodiscard]] std::string encode_event(const event& happened);
// The same, appended to a buffer that the caller uses again.
void encode_event_to(const event& happened, std::string& out);

// Names in the result are `definition`'s own.
[[nodiscard]] store_result<event> decode_event(
    std::string_view bytes, const definition& definition
);
// The first entry of a journal, which names the definition and so needs none.
[[nodiscard]] store_result<saga_started> decode_started(std::string_view bytes);

// Without what never changes after the start (`inputs`, `traceparent`): that stays in the journal's
// first entry and is joined on reading.
[[nodiscard]] std::string encode_record(const saga_record& saga);
void encode_record_to(const saga_record& saga, std::string& out);
[[nodiscard]] store_result<saga_record> decode_record(
    std::string_view bytes,
    const saga_id& id,
    const saga_started& started,
    const definition_registry& registry
);

// Everything that a record holds, its id, inputs and trace included: equal records, and only they,
// have equal bytes.
[[nodiscard]] std::string record_bytes(const saga_record& saga);

}  // namespace makegood::statestore
