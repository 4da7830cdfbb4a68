#pragma once

#include <cstddef>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "adapters/api/problem.hpp"

namespace makegood {

// What is wrong with the value of a parameter; nothing when it was taken.
using complaint = std::optional<std::string>;

// Reads one parameter of a query into what its reader fills.
template <class Into>
struct query_parameter {
    std::string_view name;
    complaint (*read)(Into&, const std::string& value);
};

// Reads a query as it stands behind the `?`. Parameters that are not `known`, come twice or are
// empty are wrong, as are those that `take` complains of. Everything that is wrong is told at once.
[[nodiscard]] std::optional<problem> read_query(
    std::string_view query,
    const std::function<complaint(std::string_view, const std::string&)>& take
);

// The same where a table says how each is read.
template <class Into>
[[nodiscard]] std::optional<problem> read_query(
    std::string_view query, std::span<const query_parameter<Into>> known, Into& into
) {
    return read_query(query, [&](std::string_view name, const std::string& value) -> complaint {
        for (const query_parameter<Into>& each : known) {
            if (each.name != name) continue;
            if (value.empty()) return "is empty; leave it out instead";
            return each.read(into, value);
        }
        return "is not known";
    });
}

// How many items a page has at most.
[[nodiscard]] complaint read_limit(std::size_t& into, const std::string& value);

}  // namespace makegood
