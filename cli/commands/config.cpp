#include <fmt/format.h>
#include <CLI/CLI.hpp>

#include <memory>

#include "cli/commands/commands.hpp"
#include "cli/configuration_flags.hpp"
#include "cli/configuration_text.hpp"

namespace makegood::cli {

namespace {

struct check_options {
    configuration_flags flags;
    bool as_json = false;
};

exit_code check(const check_options& options, console& out) {
    const loaded_configuration loaded = load_configuration(options.flags);
    for (const configuration_problem& problem : loaded.problems)
        out.say(problem.text());
    if (!loaded.problems.empty()) {
        throw command_failure(
            errc::configuration_invalid,
            fmt::format(
                "{}: {} problem{}; `serve` would not start", loaded.source, loaded.problems.size(),
                loaded.problems.size() == 1 ? "" : "s"
            ),
            "makegood.example.toml documents every key"
        );
    }
    out.data(
        options.as_json ? configuration_as_json(loaded.settings)
                        : configuration_as_toml(loaded.settings)
    );
    return exit_code::done;
}

}  // namespace

void declare_config(CLI::App& root, chosen_command& chosen) {
    auto options = std::make_shared<check_options>();
    CLI::App* family = root.add_subcommand("config", "About the configuration");
    family->group("Serving")->require_subcommand(1);
    CLI::App* command = family->add_subcommand(
        "check", "Says what is wrong with a configuration, or prints what would be in force"
    );
    auto* file = command->add_option(
        "FILE", options->flags.file, "The configuration file; else makegood.toml"
    );
    add_configuration_flags(*command, options->flags);
    file->excludes(command->get_option("--config"));
    command->add_flag("--json", options->as_json, "Machine-readable");
    command->callback([options, &chosen] {
        chosen = [options](console& out) { return check(*options, out); };
    });
}

}  // namespace makegood::cli
