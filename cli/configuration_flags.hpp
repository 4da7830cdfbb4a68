#pragma once

#include <optional>
#include <string>
#include <vector>

#include "cli/configuration.hpp"

namespace CLI {
class App;
}

namespace makegood::cli {

// What the flags of `serve` and `config check` say about the configuration. Filled by parsing the
// command line; read once.
struct configuration_flags {
    std::string file;  // --config; empty: makegood.toml where there is one
    std::vector<configuration_override> overrides;
};

// Adds one flag for every key that a person may want to give by hand, such as --listen. `flags`
// must outlive the parsing.
void add_configuration_flags(CLI::App& command, configuration_flags& flags);

struct loaded_configuration {
    configuration settings;
    std::string source;  // the file, or "the command line" where there was none
    configuration_problems problems;
};

// The file, then the flags over it, then the check of the whole. Throws command_failure when a file
// that was named cannot be read.
[[nodiscard]] loaded_configuration load_configuration(const configuration_flags& flags);

}  // namespace makegood::cli
