#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "adapters/events/cloud_event.hpp"
#include "adapters/kafka/message.hpp"
#include "engine/result.hpp"

// An event's two forms on the wire, as CloudEvents' Kafka binding has them.
namespace makegood::kafka {

enum class content_mode : std::uint8_t {
    structured,  // value: one JSON object with attributes and data
    binary,      // value: the data; the attributes are `ce_` headers
};

[[nodiscard]] std::optional<content_mode> parse_content_mode(std::string_view text);

// The event as a message for `topic`, keyed by its partition key. id, source and type must not be
// empty, and data must be JSON.
[[nodiscard]] message encode(const cloud_event& event, content_mode mode, std::string_view topic);

// Reads either mode, told apart by the content type; without one it is binary when it has headers
// of CloudEvents, and else structured: what a plain producer of JSON sends.
[[nodiscard]] result_or<cloud_event, event_problem> decode(const message& received);

}  // namespace makegood::kafka
