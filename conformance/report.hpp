#pragma once

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <string>

#include "conformance/runner.hpp"

namespace makegood::conformance {

// A run as programs read it.
[[nodiscard]] boost::json::object json_of(const run_report& report);
// The cases themselves: id, backend, rule, why, and what each needs.
[[nodiscard]] boost::json::array json_of(const case_list& cases);
// A run as build servers read it: one suite a backend, one testcase a case.
[[nodiscard]] std::string junit_of(const run_report& report);

// What a person needs to know of a case that failed: rule, why, what came instead, the exchanges.
[[nodiscard]] std::string failure_text(const case_result& failed);

// `text` as character data or an attribute's value of XML 1.0, which has no way to write most
// control characters: those become U+FFFD, as do bytes that are not UTF-8.
[[nodiscard]] std::string xml_escaped(std::string_view text);

// `text` with each byte that is not UTF-8 as U+FFFD: JSON holds all other characters.
[[nodiscard]] std::string utf8_only(std::string_view text);

}  // namespace makegood::conformance
