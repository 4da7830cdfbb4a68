#pragma once

#include <boost/json/object.hpp>
#include <string>

#include "cli/console.hpp"
#include "engine/time.hpp"

namespace makegood::cli {

// What a checkout that has not ended waits for, what a parked one needs of a person, and the
// commands to type. Empty for one that has ended.
[[nodiscard]] std::string advice_text(
    const boost::json::object& checkout, instant at, const palette& paint
);

}  // namespace makegood::cli
