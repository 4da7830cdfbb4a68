#include "adapters/intake/refused_answers.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>
#include <boost/json/string.hpp>
#include <string_view>

#include "adapters/kafka/line_file.hpp"

// line: {"answers": {"topic": text, "partition": number, "offset": number}, "error": text,
//        "message": {"topic": text, "key": bytes, "value": bytes,
//                    "headers": [{"name": bytes, "value": bytes}, …]}} "\n"
// bytes: text, which has one character for each byte that is not ASCII (ISO 8859-1): what was no
//        UTF-8 is complete too, and JSON all the same.
namespace makegood {

namespace json = boost::json;

namespace {

json::string bytes_of(std::string_view bytes) {
    json::string text;
    for (const char each : bytes) {
        const auto code = static_cast<unsigned char>(each);
        if (code < 0x80) {
            text.push_back(each);
        } else {
            text.push_back(static_cast<char>(0xC0U | (code >> 6U)));
            text.push_back(static_cast<char>(0x80U | (code & 0x3FU)));
        }
    }
    return text;
}

json::object object_of(const kafka::message& refused) {
    json::array headers;
    for (const kafka::message_header& each : refused.headers) {
        headers.push_back(json::object{
            {"name", bytes_of(each.name)}, {"value", bytes_of(each.value)}});
    }
    return {
        {"topic", refused.topic},
        {"key", bytes_of(refused.key)},
        {"value", bytes_of(refused.value)},
        {"headers", std::move(headers)}};
}

}  // namespace

std::error_code refused_answers::keep(
    const message_place& place, const std::string& error, const kafka::message& refused
) const {
    const json::object line{
        {"answers",
         {{"topic", place.topic},
          {"partition", place.proof.partition},
          {"offset", place.proof.offset}}},
        {"error", error},
        {"message", object_of(refused)}};
    return kafka::append_line(file_, json::serialize(line) + '\n');
}

}  // namespace makegood
