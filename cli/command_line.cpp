#include "cli/command_line.hpp"

#include <fmt/format.h>
#include <CLI/CLI.hpp>

#include "cli/commands/commands.hpp"
#include "cli/console.hpp"
#include "cli/near_miss.hpp"

namespace makegood::cli {

namespace {

constexpr std::string_view exit_code_footer =
    "Exit codes: 0 done, 1 failed, 2 usage, 3 not found, 4 conflict, 5 server or store not "
    "reachable,\n"
    "6 verification found a difference.  `makegood explain CODE` explains every code that is "
    "printed.";

void declare_commands(CLI::App& root, chosen_command& chosen) {
    declare_serve(root, chosen);
    declare_config(root, chosen);

    declare_list(root, chosen);
    declare_show(root, chosen);
    declare_journal(root, chosen);
    declare_events(root, chosen);
    declare_watch(root, chosen);
    declare_stats(root, chosen);

    declare_verbs(root, chosen);
    declare_resolve(root, chosen);

    declare_replay(root, chosen);
    declare_verify(root, chosen);
    declare_simulate(root, chosen);
    declare_backup(root, chosen);
    declare_restore(root, chosen);
    declare_conformance(root, chosen);

    declare_diagram(root, chosen);
    declare_explain(root, chosen);
}

// CLI11 only says that a word was not expected or that one is missing; the word that was meant is
// more use. Empty when every word up to the first option names a command.
std::string unknown_command(const CLI::App& root, int argument_count, char** arguments) {
    const CLI::App* at = &root;
    for (int position = 1; position < argument_count; ++position) {
        const std::string word = arguments[position];
        std::vector<std::string> known;
        for (const CLI::App* command : at->get_subcommands([](const CLI::App*) { return true; })) {
            known.push_back(command->get_name());
        }
        if (known.empty() || word.starts_with('-')) return {};
        if (std::find(known.begin(), known.end(), word) == known.end()) {
            return fmt::format("\"{}\" is not a command{}", word, did_you_mean(word, known));
        }
        at = at->get_subcommand(word);
    }
    return {};
}

// `makegood config check`: the command that was being read when the reading failed.
std::string command_path(const CLI::App& root) {
    std::string path = root.get_name();
    for (const CLI::App* at = &root; !at->get_subcommands().empty();) {
        at = at->get_subcommands().front();
        path += " " + at->get_name();
    }
    return path;
}

exit_code refuse_usage(const std::string& what, const CLI::App& root, console& talk) {
    talk.say(fmt::format("makegood: {}", what));
    talk.say(fmt::format("`{} --help` tells what there is", command_path(root)));
    return exit_code_of(errc::usage_wrong);
}

exit_code do_command(const chosen_command& chosen, console& talk) {
    const std::string prefix = talk.talk_palette().paint(tone::bad, "makegood:");
    try {
        return chosen(talk);
    } catch (const command_failure& failure) {
        talk.say(fmt::format("{} {}", prefix, failure.what()));
        if (!failure.hint().empty()) talk.say(failure.hint());
        return exit_code_of(failure.code());
    } catch (const std::exception& failure) {
        talk.say(fmt::format("{} {}", prefix, failure.what()));
        return exit_code_of(errc::failed);
    }
}

}  // namespace

exit_code run(int argument_count, char** arguments) {
    console talk;
    chosen_command chosen;
    CLI::App root{"Drives checkouts so that every one completes, or is made good.", "makegood"};
    root.set_version_flag("--version", std::string{"makegood "} + MAKEGOOD_VERSION);
    root.set_help_flag("-h,--help", "Print this and leave");
    root.footer(std::string{exit_code_footer});
    root.require_subcommand(1);
    declare_commands(root, chosen);
    try {
        root.parse(argument_count, arguments);
    } catch (const CLI::Success& wanted) {
        // --help and --version, but not the help of a command that there is not.
        const std::string unknown = unknown_command(root, argument_count, arguments);
        if (!unknown.empty()) return refuse_usage(unknown, root, talk);
        return static_cast<exit_code>(root.exit(wanted));
    } catch (const CLI::ParseError& error) {
        const std::string unknown = unknown_command(root, argument_count, arguments);
        return refuse_usage(unknown.empty() ? error.what() : unknown, root, talk);
    }
    return do_command(chosen, talk);
}

}  // namespace makegood::cli
