#include "adapters/kafka/cloud_event.hpp"

#include <algorithm>
#include <array>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <string_view>

#include "engine/assert.hpp"

// structured: header `content-type` = "application/cloudevents+json; charset=UTF-8"
//             value  = {"specversion":"1.0", attribute: text …, "datacontenttype":…, "data": JSON}
// binary:     headers "ce_specversion" = "1.0", "ce_" attribute = text …,
//                     "content-type" = "application/json"
//             value  = the data
namespace makegood::kafka {

namespace json = boost::json;

namespace {

constexpr std::string_view version = "1.0";
constexpr std::string_view data_type = "application/json";
constexpr std::string_view structured_type = "application/cloudevents+json; charset=UTF-8";
constexpr std::string_view header_prefix = "ce_";
const std::string content_type = "content-type";

struct text_attribute {
    std::string_view name;
    std::string cloud_event::*member;
};
constexpr std::array text_attributes{
    text_attribute{"id", &cloud_event::id},
    text_attribute{"source", &cloud_event::source},
    text_attribute{"type", &cloud_event::type},
    text_attribute{"subject", &cloud_event::subject},
    text_attribute{"partitionkey", &cloud_event::partition_key},
    text_attribute{"traceparent", &cloud_event::traceparent},
};

// Calls `write(name, value)` for each attribute that the event has.
template <class Write>
void for_each_attribute(const cloud_event& event, Write write) {
    write("specversion", std::string(version));
    for (const text_attribute& each : text_attributes) {
        if (!(event.*each.member).empty()) write(each.name, event.*each.member);
    }
    if (event.time) write("time", format_instant(*event.time));
}

message structured(const cloud_event& event) {
    message out;
    out.headers = {{content_type, std::string(structured_type)}};
    out.value.reserve(event.data.size() + 512);
    out.value = "{";
    for_each_attribute(event, [&](std::string_view name, std::string_view value) {
        out.value.append("\"").append(name).append("\":").append(json::serialize(value)) += ',';
    });
    out.value.append(R"("datacontenttype":")").append(data_type);
    out.value.append(R"(","data":)").append(event.data) += '}';
    return out;
}

message binary(const cloud_event& event) {
    message out;
    for_each_attribute(event, [&](std::string_view name, std::string value) {
        out.headers.push_back({std::string(header_prefix).append(name), std::move(value)});
    });
    out.headers.push_back({content_type, std::string(data_type)});
    out.value = event.data;
    return out;
}

event_problem problem(std::string_view what) {
    return {std::string(what)};
}

// Reads the attributes by `find(name) -> std::optional<std::string>`.
template <class Find>
result_or<cloud_event, event_problem> with_attributes(Find find) {
    if (find("specversion") != version) return problem("specversion is not 1.0");
    cloud_event event;
    for (const text_attribute& each : text_attributes) {
        if (auto value = find(each.name)) event.*each.member = std::move(*value);
    }
    if (event.id.empty()) return problem("id is missing");
    if (event.source.empty()) return problem("source is missing");
    if (event.type.empty()) return problem("type is missing");
    if (const auto time = find("time")) {
        event.time = parse_instant(*time);
        if (!event.time) return problem("time is not RFC 3339");
    }
    return event;
}

result_or<cloud_event, event_problem> read_structured(const message& received) {
    boost::system::error_code error;
    const json::value parsed = json::parse(received.value, error);
    if (error || !parsed.is_object()) return problem("the value is not a JSON object");
    const json::object& members = parsed.get_object();
    auto event = with_attributes([&](std::string_view name) -> std::optional<std::string> {
        const json::value* value = members.if_contains(name);
        if (value == nullptr || !value->is_string()) return {};
        return std::string(value->get_string());
    });
    if (!event) return event;
    const json::value* data = members.if_contains("data");
    if (data == nullptr) return problem("data is missing");
    event->data = json::serialize(*data);
    return event;
}

result_or<cloud_event, event_problem> read_binary(const message& received) {
    auto event = with_attributes([&](std::string_view name) -> std::optional<std::string> {
        const std::string* value = received.header(std::string(header_prefix).append(name));
        if (value == nullptr) return {};
        return *value;
    });
    if (!event) return event;
    boost::system::error_code error;
    static_cast<void>(json::parse(received.value, error));
    if (error) return problem("the value is not JSON");
    event->data = received.value;
    return event;
}

}  // namespace

std::string event_id(const saga_id& saga, journal_sequence sequence, std::string_view type) {
    std::string id = saga.text();
    id.append(":").append(std::to_string(sequence)).append(":").append(type);
    return id;
}

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
    const std::string* type = received.header(content_type);
    if (type == nullptr) return problem("there is no content-type header");
    if (!type->starts_with(structured_prefix)) return read_binary(received);
    const std::string_view form = std::string_view(*type).substr(structured_prefix.size());
    if (!form.starts_with("+json")) return problem("only JSON is read, not " + *type);
    return read_structured(received);
}

}  // namespace makegood::kafka
