#include <CLI/CLI.hpp>

#include <array>
#include <memory>

#include "cli/commands/commands.hpp"
#include "cli/operator_action.hpp"

namespace makegood::cli {

namespace {

struct verb {
    const char* name;
    const char* description;
};

// They differ in what the server does with them, and in nothing here.
constexpr std::array verbs{
    verb{"retry", "Try the open calls again now"},
    verb{"cancel", "Undo a checkout that has not passed the pivot"},
    verb{"park", "Hold a checkout: nothing happens until somebody resumes it"},
    verb{"resume", "Let a parked checkout go on"},
    verb{"compensate", "Undo a checkout, as cancel does, because an operator decided so"},
};

}  // namespace

void declare_verbs(CLI::App& root, chosen_command& chosen) {
    for (const verb& known : verbs) {
        auto action = std::make_shared<operator_action>();
        action->verb = known.name;
        CLI::App* command = root.add_subcommand(known.name, known.description);
        command->group("Acting");
        add_action_flags(*command, *action);
        command->callback([action, &chosen] {
            chosen = [action](console& out) { return act(*action, {}, out); };
        });
    }
}

}  // namespace makegood::cli
