#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "engine/result.hpp"

struct rd_kafka_conf_s;

namespace makegood::kafka {

// librdkafka's own settings by name (bootstrap.servers, security.protocol, ssl.ca.location,
// sasl.mechanism …), as its CONFIGURATION.md describes them.
using settings_map = std::map<std::string, std::string>;

enum class client_role : std::uint8_t { producer, consumer };

// What is wrong with the settings and what to do, one sentence. It never shows a secret.
struct settings_problem {
    std::string detail;
};

struct configuration_deleter {
    void operator()(rd_kafka_conf_s* configuration) const noexcept;
};
using client_configuration = std::unique_ptr<rd_kafka_conf_s, configuration_deleter>;

// The settings with our defaults below them and what our guarantees need above them; refused when
// they name something unknown, have a value that is none, lack what is needed, or touch what the
// guarantees stand on. Files (certificates) and mechanisms are looked at when a client is made.
[[nodiscard]] result_or<client_configuration, settings_problem> configuration_of(
    const settings_map& settings, client_role role
);

// What is wrong with the settings, by itself or together: as a client that is made of them and
// knows no broker would find it, files and mechanisms included. Nothing when one can be made.
[[nodiscard]] std::optional<settings_problem> problem_of_client(
    const settings_map& settings, client_role role
);

// The settings of a file: a line `name = value` each, as librdkafka's and Java's tools take them;
// empty lines and those that begin with # say nothing. No sentence shows a value.
[[nodiscard]] result_or<settings_map, settings_problem> read_settings_file(const std::string& file);

// Why librdkafka did not make a client of the settings, as a sentence.
[[nodiscard]] settings_problem client_problem(std::string_view reason);

// Sets one that is known to be right.
void set(rd_kafka_conf_s& configuration, const char* name, const std::string& value);

}  // namespace makegood::kafka
