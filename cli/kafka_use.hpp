#pragma once

#include <optional>

#include "adapters/intake/command_intake.hpp"
#include "adapters/kafka/publisher.hpp"
#include "cli/configuration.hpp"

namespace makegood::cli {

// How Kafka is used: how events are published, and where commands and word of parcels come from.
struct kafka_use {
    std::optional<kafka::publisher_options> publishing = {};
    std::optional<intake_options> commands = {};
    std::optional<intake_options> shipments = {};
};

// Nothing of it when no brokers are configured, and an error in words when the settings are not
// right. No broker need be there.
[[nodiscard]] result_or<kafka_use, kafka::settings_problem> kafka_use_of(
    const configuration& settings
);

}  // namespace makegood::cli
