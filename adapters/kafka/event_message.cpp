#include "adapters/kafka/event_message.hpp"

#include <algorithm>
#include <boost/json/parse.hpp>
#include <cctype>
#include <string>
#include <utility>
#include <vector>

#include "engine/assert.hpp"

// structured: header `content-type` = "application/cloudevents+json; charset=UTF-8"
//             value  = the event in CloudEvents' JSON format
// binary:     headers "ce_specversion" = "1.0", "ce_" attribute = text …,
//                     "content-type" = "application/json"
//             value  = the data
namespace makegood::kafka {

namespace {

constexpr std::string_view data_type = "application/json";
constexpr std::string_view structured_type = "application/cloudevents+json; charset=UTF-8";
constexpr std::string_view header_prefix = "ce_";
const std::string content_type = "content-type";

message structured(const cloud_event& event) {
    message out;
    out.headers = {{content_type, std::string(structured_type)}};
    out.value = structured_text(event);
    return out;
}

message binary(const cloud_event& event) {
    message out;
    for (event_attribute& each : attributes_of(event)) {
        out.headers.push_back({std::string(header_prefix).append(each.name), std::move(each.value)}
        );
    }
    out.headers.push_back({content_type, std::string(data_type)});
    out.value = event.data;
    return out;
}

result_or<cloud_event, event_problem> read_binary(const message& received) {
    std::vector<event_attribute> attributes;
    for (const message_header& each : received.headers) {
        if (!each.name.starts_with(header_prefix)) continue;
        attributes.push_back({each.name.substr(header_prefix.size()), each.value});
    }
    auto read = with_attributes(std::move(attributes));
    if (!read) return read;
    boost::system::error_code error;
    static_cast<void>(boost::json::parse(received.value, error));
    if (error) return event_problem{"the value is not JSON"};
    read->data = received.value;
    return read;
}

// Media types are told apart without regard to case (RFC 9110).
std::string lowered(std::string text) {
    std::transform(text.begin(), text.end(), text.begin(), [](unsigned char letter) {
        return static_cast<char>(std::tolower(letter));
    });
    return text;
}

}  // namespace

std::optional<content_mode> parse_content_mode(std::string_view text) {
    if (text == "structured") return content_mode::structured;
    if (text == "binary") return content_mode::binary;
    return {};
}

message encode(const cloud_event& event, content_mode mode, std::string_view topic) {
    ASSERT(!event.id.empty() && !event.source.empty() && !event.type.empty());
    ASSERT(!event.data.empty());
    message out = mode == content_mode::structured ? structured(event) : binary(event);
    out.topic = topic;
    out.key = event.partition_key;
    return out;
}

result_or<cloud_event, event_problem> decode(const message& received) {
    constexpr std::string_view structured_prefix = "application/cloudevents";
    const std::string* header = received.header(content_type);
    if (header == nullptr) {
        const bool is_binary = received.header("ce_specversion") != nullptr;
        return is_binary ? read_binary(received) : read_structured(received.value);
    }
    const std::string type = lowered(*header);
    if (!type.starts_with(structured_prefix)) return read_binary(received);
    const std::string_view form = std::string_view(type).substr(structured_prefix.size());
    if (!form.starts_with("+json")) return event_problem{"only JSON is read, not " + *header};
    return read_structured(received.value);
}

}  // namespace makegood::kafka
