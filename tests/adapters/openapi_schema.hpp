#pragma once

#include <boost/json/value.hpp>
#include <string>
#include <string_view>
#include <vector>

namespace makegood::test {

// What is wrong with `value` under components/schemas/{name} of the API's description, one line
// each: wrong types, missing members, members that are not described. Empty when nothing is.
[[nodiscard]] std::vector<std::string> differences(
    const boost::json::value& value, std::string_view schema_name
);

// The description of the API as it is built in.
[[nodiscard]] const boost::json::value& openapi();

}  // namespace makegood::test
