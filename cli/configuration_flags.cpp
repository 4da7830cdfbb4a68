#include "cli/configuration_flags.hpp"

#include <fmt/format.h>
#include <CLI/CLI.hpp>

#include <algorithm>
#include <filesystem>
#include <iterator>

namespace makegood::cli {

namespace {

constexpr const char* default_file = "makegood.toml";

struct configuration_flag {
    std::string name;
    std::string key;
    std::string value_name;
    std::string description;
};

std::vector<configuration_flag> all_flags() {
    std::vector<configuration_flag> flags{
        {"--listen", "listen", "HOST:PORT", "Where to listen; port 0 takes any free one"},
        {"--data", "data", "DIR", "The data folder; created where there is none"},
        {"--lanes", "lanes", "N", "Event loops, each with a store; holds for a new data folder"},
        {"--reservation-ttl", "checkout.reservation_ttl", "TIME", "How long stock is reserved"},
        {"--deadline", "checkout.deadline", "TIME",
         "How long a checkout may take before the pivot"},
        {"--drain-patience", "drain_patience", "TIME", "How long a stop waits for open requests"},
        {"--log-level", "log.level", "LEVEL", "debug, info, warning, error or silent"},
        {"--log-format", "log.format", "FORM", "auto, text or json"},
    };
    for (const std::string_view backend : backend_names) {
        flags.push_back(
            {fmt::format("--{}", backend), fmt::format("backends.{}.url", backend), "URL",
             fmt::format("Where the {} backend is", backend)}
        );
    }
    return flags;
}

// A value that was given and is wrong is told once, and not as missing too; and what is missing in
// a text that cannot be read nobody knows.
bool is_consequence(const configuration_problem& found, const configuration_problems& earlier) {
    return std::any_of(earlier.begin(), earlier.end(), [&found](const auto& each) {
        const bool unreadable = each.line != 0 && each.key.empty();
        return unreadable || (!found.key.empty() && each.key == found.key);
    });
}

}  // namespace

void add_configuration_flags(CLI::App& command, configuration_flags& flags) {
    command.add_option("--config", flags.file, "The configuration file")
        ->type_name("FILE")
        ->group("Configuration");
    for (const configuration_flag& flag : all_flags()) {
        const auto keep = [&flags, flag](const std::string& value) {
            flags.overrides.push_back({flag.key, value, flag.name});
        };
        command.add_option_function<std::string>(flag.name, keep, flag.description)
            ->type_name(flag.value_name)
            ->group("Configuration");
    }
    const std::string allow = "--allow-fault-injection";
    const auto keep_allowed = [&flags, allow] {
        flags.overrides.push_back({"allow_fault_injection", "true", allow});
    };
    command.add_flag_callback(allow, keep_allowed, "For tests: let /v1/faults make calls fail")
        ->group("Configuration");
}

loaded_configuration load_configuration(const configuration_flags& flags) {
    loaded_configuration loaded;
    loaded.source = flags.file;
    if (loaded.source.empty() && std::filesystem::exists(default_file)) {
        loaded.source = default_file;
    }
    const auto keep = [&loaded](configuration_problems found) {
        std::move(found.begin(), found.end(), std::back_inserter(loaded.problems));
    };
    if (loaded.source.empty()) {
        loaded.source = "the command line";
    } else {
        keep(read_configuration_file(loaded.source, loaded.settings));
    }
    keep(apply_overrides(flags.overrides, loaded.settings));
    configuration_problems missing = check_whole(loaded.settings, loaded.source);
    std::erase_if(missing, [&loaded](const configuration_problem& found) {
        return is_consequence(found, loaded.problems);
    });
    keep(std::move(missing));
    return loaded;
}

}  // namespace makegood::cli
