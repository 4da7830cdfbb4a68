#pragma once

#include <optional>
#include <string>

#include "adapters/kafka/message.hpp"
#include "engine/identifiers.hpp"
#include "engine/result.hpp"
#include "engine/time.hpp"

namespace makegood::kafka {

// One event as CloudEvents 1.0 has it, with the extensions partitionkey and traceparent. All texts
// are UTF-8; one that is empty is an attribute that is absent. A value type.
struct cloud_event {
    std::string id;  // with `source` it names the event: equal for each time that it is sent
    std::string source;
    std::string type;  // "checkout.completed"
    std::string subject;
    std::optional<instant> time;
    std::string partition_key;  // also the message's key: events with equal ones stay in order
    std::string traceparent;
    std::string data;  // one JSON value, as text
    bool operator==(const cloud_event&) const = default;
};

// Names what one journal entry said under one type: `chk_…:7:checkout.completed`. Nothing else
// enters, so whoever sends it again after a crash gives it the same id.
[[nodiscard]] std::string event_id(
    const saga_id& saga, journal_sequence sequence, std::string_view type
);

enum class content_mode : std::uint8_t {
    structured,  // value: one JSON object with attributes and data
    binary,      // value: the data; the attributes are `ce_` headers
};

[[nodiscard]] std::optional<content_mode> parse_content_mode(std::string_view text);

// The event as a message for `topic`. id, source and type must not be empty, and data must be JSON.
[[nodiscard]] message encode(const cloud_event& event, content_mode mode, std::string_view topic);

// Why a message is no event of version 1.0, in words for whoever sent it.
struct event_problem {
    std::string detail;
};

// Reads either mode, told apart by the content type as CloudEvents' Kafka binding says. Extensions
// that are not named above are left out.
[[nodiscard]] result_or<cloud_event, event_problem> decode(const message& received);

}  // namespace makegood::kafka
