#pragma once

#include <string>
#include <string_view>

namespace makegood::kafka {

// Appends a line, end of line included, to a file that is made when it is not there. Durable when
// it returns true; otherwise the file could not be written. One thread at a time for each file.
[[nodiscard]] bool append_line(const std::string& file, std::string_view line);

}  // namespace makegood::kafka
