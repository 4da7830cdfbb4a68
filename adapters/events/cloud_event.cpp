#include "adapters/events/cloud_event.hpp"

#include <algorithm>
#include <array>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <utility>

#include "engine/assert.hpp"

// structured: {"specversion":"1.0", attribute: text …, "datacontenttype":"application/json",
//              "data": JSON}
namespace makegood {

namespace json = boost::json;

namespace {

constexpr std::string_view version = "1.0";

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

event_problem problem(std::string_view what) {
    return {std::string(what)};
}

// Calls `write(name, value)` for each attribute that the event has.
template <class Write>
void for_each_attribute(const cloud_event& told, Write write) {
    write("specversion", version);
    for (const text_attribute& each : text_attributes) {
        if (!(told.*each.member).empty()) write(each.name, told.*each.member);
    }
    if (told.time) write("time", format_instant(*told.time));
    for (const auto& [name, value] : told.extensions)
        write(name, value);
}

// False when the value makes no sense.
bool set_attribute(cloud_event& read, event_attribute& attribute) {
    const auto known =
        std::find_if(text_attributes.begin(), text_attributes.end(), [&](const auto& each) {
            return each.name == attribute.name;
        });
    if (known != text_attributes.end()) {
        read.*known->member = std::move(attribute.value);
    } else if (attribute.name == "time") {
        read.time = parse_instant(attribute.value);
        return read.time.has_value();
    } else if (attribute.name != "datacontenttype" && attribute.name != "dataschema") {
        read.extensions.insert_or_assign(std::move(attribute.name), std::move(attribute.value));
    }
    return true;
}

// Headers of a message may be any bytes.
bool is_text(std::string_view bytes) {
    boost::system::error_code error;
    static_cast<void>(json::parse(json::serialize(json::value(bytes)), error));
    return !error;
}

bool needs_escape(char letter) {
    return static_cast<unsigned char>(letter) < ' ' || letter == '"' || letter == '\\';
}

// Ids and names are plain, and an event has eight of them: no serializer is made for those.
void append_quoted(std::string& text, std::string_view value) {
    if (std::any_of(value.begin(), value.end(), needs_escape)) {
        text.append(json::serialize(value));
    } else {
        (text += '"').append(value) += '"';
    }
}

// CloudEvents' types of attributes are texts, whole numbers and booleans in JSON.
std::optional<std::string> attribute_text(const json::value& value) {
    if (value.is_string()) return std::string(value.get_string());
    if (value.is_bool() || value.is_int64() || value.is_uint64()) return json::serialize(value);
    return {};
}

}  // namespace

std::string event_id(const saga_id& saga, journal_sequence sequence, std::string_view type) {
    std::string id = saga.text();
    id.append(":").append(std::to_string(sequence)).append(":").append(type);
    return id;
}

cloud_event cloud_event_of(outbox_event kept, std::string_view source) {
    return {
        .id = event_id(kept.saga, kept.sequence, kept.type),
        .source = std::string(source),
        .type = std::move(kept.type),
        .subject = kept.saga.text(),
        .time = kept.at,
        .partition_key = std::move(kept.customer.value),
        .traceparent = std::move(kept.traceparent),
        .data = std::move(kept.data),
        .extensions = {}};
}

std::vector<event_attribute> attributes_of(const cloud_event& told) {
    std::vector<event_attribute> attributes;
    for_each_attribute(told, [&](std::string_view name, std::string_view value) {
        attributes.push_back({std::string(name), std::string(value)});
    });
    return attributes;
}

result_or<cloud_event, event_problem> with_attributes(std::vector<event_attribute> attributes) {
    cloud_event read;
    bool has_version = false;
    for (event_attribute& each : attributes) {
        if (!is_text(each.name) || !is_text(each.value)) {
            return problem("an attribute is not UTF-8");
        }
        if (each.name == "specversion") {
            has_version = each.value == version;
        } else if (!set_attribute(read, each)) {
            return problem("time is not RFC 3339");
        }
    }
    if (!has_version) return problem("specversion is not 1.0");
    if (read.id.empty()) return problem("id is missing");
    if (read.source.empty()) return problem("source is missing");
    if (read.type.empty()) return problem("type is missing");
    return read;
}

std::string structured_text(const cloud_event& told) {
    ASSERT(!told.data.empty());
    std::string text;
    text.reserve(told.data.size() + 512);
    text += '{';
    for_each_attribute(told, [&](std::string_view name, std::string_view value) {
        (text += '"').append(name).append("\":");
        append_quoted(text, value);
        text += ',';
    });
    text.append(R"("datacontenttype":"application/json","data":)").append(told.data) += '}';
    return text;
}

result_or<cloud_event, event_problem> read_structured(std::string_view text) {
    boost::system::error_code error;
    const json::value parsed = json::parse(text, error);
    if (error || !parsed.is_object()) return problem("the event is not a JSON object");
    std::vector<event_attribute> attributes;
    const json::value* data = nullptr;
    for (const json::key_value_pair& member : parsed.get_object()) {
        if (member.key() == "data") {
            data = &member.value();
        } else if (auto value = attribute_text(member.value())) {
            attributes.push_back({std::string(member.key()), std::move(*value)});
        }
    }
    auto read = with_attributes(std::move(attributes));
    if (!read) return read;
    if (data == nullptr) return problem("data is missing");
    read->data = json::serialize(*data);
    return read;
}

}  // namespace makegood
