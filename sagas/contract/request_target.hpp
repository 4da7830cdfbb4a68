#pragma once

#include <initializer_list>
#include <string>
#include <string_view>

namespace makegood::contract {

// `text` as one segment of a URL's path: everything but letters, digits, '-', '_', '~' and '.' is
// percent-encoded (RFC 3986).
[[nodiscard]] std::string path_segment(std::string_view text);

// A path of parts that need no encoding: what we name ourselves, and what was encoded.
[[nodiscard]] std::string path_of(std::initializer_list<std::string_view> parts);

}  // namespace makegood::contract
