#include "adapters/kafka/refused_events.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <boost/json/serialize.hpp>
#include <string_view>

#include "adapters/kafka/event_message.hpp"

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

bool write_all(int descriptor, std::string_view bytes) {
    while (!bytes.empty()) {
        const ssize_t written = ::write(descriptor, bytes.data(), bytes.size());
        if (written < 0 && errno != EINTR) return false;
        if (written > 0) bytes.remove_prefix(static_cast<std::size_t>(written));
    }
    return ::fdatasync(descriptor) == 0;
}

}  // namespace

bool refused_events::keep(const refusal& why, const message& refused) const {
    const int descriptor = ::open(file_.c_str(), O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0640);
    if (descriptor < 0) return false;
    const bool kept = write_all(descriptor, line_of(why, refused));
    return ::close(descriptor) == 0 && kept;
}

}  // namespace makegood::kafka
