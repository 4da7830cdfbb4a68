#include "adapters/kafka/log_bridge.hpp"

#include <string>

#include "adapters/telemetry/log.hpp"

namespace makegood::kafka {
namespace {

log_level level_of(int syslog_level) {
    if (syslog_level <= 2) return log_level::error;
    if (syslog_level <= 4) return log_level::warning;
    return syslog_level <= 6 ? log_level::info : log_level::debug;
}

}  // namespace

void log_line(int syslog_level, std::string_view facility, std::string_view text) noexcept {
    const log_level level = level_of(syslog_level);
    if (logs(level)) log(level, std::string("kafka ").append(facility).append(": ").append(text));
}

}  // namespace makegood::kafka
