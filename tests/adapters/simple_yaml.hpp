#pragma once

#include <boost/json/value.hpp>
#include <string_view>

namespace makegood::test {

// Reads the small part of YAML that openapi.yaml is written in: mappings and lists by two spaces of
// indentation, plain or double-quoted scalars of one line, whole-line comments. Throws
// std::runtime_error with the line when a text is anything else.
[[nodiscard]] boost::json::value parse_simple_yaml(std::string_view text);

}  // namespace makegood::test
