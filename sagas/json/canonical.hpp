#pragma once

#include <boost/json/value.hpp>
#include <cstddef>
#include <string>

namespace makegood::json {

// One text for all documents that mean the same: members sorted by name, no white space, numbers
// that are whole written as integers (2.0 and 2 are one), strings with the fewest escapes.
[[nodiscard]] std::string canonical_text(
    const boost::json::value& document, std::size_t bytes_expected = 0
);

// The same, but the members stay in the order in which they were given.
[[nodiscard]] std::string compact_text(const boost::json::value& document);

}  // namespace makegood::json
