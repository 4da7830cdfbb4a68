#pragma once

#include <optional>
#include <string>

#include "adapters/kafka/publisher.hpp"
#include "cli/configuration.hpp"

namespace makegood::cli {

// How events are published; nothing when no brokers are configured, and an error in words when the
// settings are not right. No broker need be there.
[[nodiscard]] result_or<std::optional<kafka::publisher_options>, kafka::settings_problem>
publisher_options_of(const configuration& settings);

}  // namespace makegood::cli
