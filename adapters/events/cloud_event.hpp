#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/identifiers.hpp"
#include "engine/ports/journal.hpp"
#include "engine/result.hpp"
#include "engine/time.hpp"

namespace makegood {

// One event as CloudEvents 1.0 has it, with the extensions partitionkey and traceparent. All texts
// are UTF-8; one that is empty is an attribute that is absent. A value type.
struct cloud_event {
    std::string id;  // with `source` it names the event: equal for each time that it is sent
    std::string source;
    std::string type;  // "checkout.completed"
    std::string subject;
    std::optional<instant> time;
    std::string partition_key;  // events with equal ones stay in order
    std::string traceparent;
    std::string data;                                    // one JSON value, as text
    std::map<std::string, std::string> extensions = {};  // others, by their names in lower case
    bool operator==(const cloud_event&) const = default;
};

// Who says the events of this program: their `source`.
inline constexpr std::string_view event_source = "/makegood";

// Names what one journal entry said under one type: `chk_…:7:checkout.completed`. Nothing else
// enters, so whoever sends it again after a crash gives it the same id.
[[nodiscard]] std::string event_id(
    const saga_id& saga, journal_sequence sequence, std::string_view type
);

// What a store keeps of an announcement, as an event that `source` tells.
[[nodiscard]] cloud_event cloud_event_of(outbox_event kept, std::string_view source);

struct event_attribute {
    std::string name;
    std::string value;
};

// Why something is no event of version 1.0, in words for whoever sent it.
struct event_problem {
    std::string detail;
};

// Every attribute that the event has, specversion first; data is none.
[[nodiscard]] std::vector<event_attribute> attributes_of(const cloud_event& told);
// The event of these, without data. The content type and the schema of the data are not kept.
[[nodiscard]] result_or<cloud_event, event_problem> with_attributes(
    std::vector<event_attribute> attributes
);

// The event as one JSON object with attributes and data: CloudEvents' JSON format.
[[nodiscard]] std::string structured_text(const cloud_event& told);
[[nodiscard]] result_or<cloud_event, event_problem> read_structured(std::string_view text);

}  // namespace makegood
