#pragma once

#include <string>

#include "cli/configuration.hpp"

namespace makegood::cli {

// The effective configuration as TOML that reads back to the same.
[[nodiscard]] std::string configuration_as_toml(const configuration& settings);
// The same as one JSON object, nested as the tables are.
[[nodiscard]] std::string configuration_as_json(const configuration& settings);

}  // namespace makegood::cli
