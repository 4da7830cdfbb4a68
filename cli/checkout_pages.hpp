#pragma once

#include <boost/json/object.hpp>
#include <cstddef>
#include <functional>
#include <optional>
#include <string>

#include "cli/checkout_reader.hpp"

namespace makegood::cli {

struct wanted_checkouts {
    query_parameters query;                 // without limit and cursor
    std::string cursor = {};                // empty: from the newest on
    std::optional<std::size_t> count = {};  // absent: all of them
};

constexpr std::size_t page_limit_max = 500;  // of the API

// Reads page after page until there are enough, for a page may be shorter than was asked for, and
// calls `take` with each checkout. Returns the cursor with which the list goes on; empty at its
// end.
[[nodiscard]] std::string read_pages(
    checkout_reader& reader,
    const wanted_checkouts& wanted,
    const std::function<void(boost::json::object)>& take
);

}  // namespace makegood::cli
