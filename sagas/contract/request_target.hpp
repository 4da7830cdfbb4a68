#pragma once

#include <string>
#include <string_view>

namespace makegood::contract {

// `text` as one segment of a URL's path: everything but letters, digits, '-', '_', '~' and '.' is
// percent-encoded (RFC 3986).
[[nodiscard]] std::string path_segment(std::string_view text);

}  // namespace makegood::contract
