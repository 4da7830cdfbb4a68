#include "adapters/kafka/refused_events.hpp"

#include <boost/json/serialize.hpp>

#include "adapters/kafka/event_message.hpp"
#include "adapters/kafka/line_file.hpp"

// line: {"lane": number, "position": number, "topic": text, "error": text, "event": the event in
//        CloudEvents' JSON format} "\n"
namespace makegood::kafka {

namespace {

std::string line_of(const refused_events::refusal& why, const message& refused) {
    const auto told = decode(refused);
    // What we sent is an event; bytes that are none any more are shown as they are.
    const std::string content =
        told ? structured_text(*told) : boost::json::serialize(boost::json::value(refused.value));
    std::string line = R"({"lane":)" + std::to_string(why.lane);
    line.append(R"(,"position":)").append(std::to_string(why.position));
    line.append(R"(,"topic":)").append(boost::json::serialize(boost::json::value(refused.topic)));
    line.append(R"(,"error":)").append(boost::json::serialize(boost::json::value(why.error)));
    return line.append(R"(,"event":)").append(content).append("}\n");
}

}  // namespace

std::error_code refused_events::keep(const refusal& why, const message& refused) const {
    return append_line(file_, line_of(why, refused));
}

}  // namespace makegood::kafka
