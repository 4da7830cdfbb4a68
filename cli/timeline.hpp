#pragma once

#include <boost/json/object.hpp>
#include <string>
#include <vector>

#include "cli/console.hpp"
#include "cli/journal_line.hpp"
#include "engine/time.hpp"

namespace makegood::cli {

// One checkout for a person, top to bottom: what it is, its way through the states with times and
// attempts, what is open, and what to type about it. `at` is the moment of looking.
[[nodiscard]] std::string timeline_text(
    const boost::json::object& checkout,
    const std::vector<journal_line>& journal,
    instant at,
    const palette& paint
);

}  // namespace makegood::cli
