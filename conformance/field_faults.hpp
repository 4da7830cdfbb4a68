#pragma once

#include <boost/json/object.hpp>
#include <string>
#include <string_view>
#include <vector>

namespace makegood::conformance {

// A body of a call that lacks something or holds something of a wrong kind.
struct faulty_body {
    std::string what;  // "`items` without its quantity", for people
    boost::json::object body;
};

// `good` with one fault at a time: the members that decide what is done are left out, get a wrong
// type, or an amount or quantity that cannot be. Which members these are depends on `call`.
[[nodiscard]] std::vector<faulty_body> faulty_bodies(
    std::string_view call, const boost::json::object& good
);

}  // namespace makegood::conformance
