#pragma once

#include <string>
#include <string_view>
#include <system_error>

namespace makegood::kafka {

// Appends a line, end of line included, to a file that is made when it is not there. Durable when
// it returns no error; otherwise the file is as it was, and it can be tried again. From any thread.
[[nodiscard]] std::error_code append_line(const std::string& file, std::string_view line);

}  // namespace makegood::kafka
