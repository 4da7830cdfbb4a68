#pragma once

#include <string_view>

namespace makegood::kafka {

// A line of librdkafka's in our log. `syslog_level` is 0 (emergency) to 7 (debug). A broker that
// cannot be reached is a warning: the client tries again by itself.
void log_line(int syslog_level, std::string_view facility, std::string_view text) noexcept;

}  // namespace makegood::kafka
