#pragma once

#include <functional>

#include "cli/console.hpp"
#include "cli/exit_code.hpp"

namespace CLI {
class App;
}

namespace makegood::cli {

// What the command line asks for, ready to be done once.
using chosen_command = std::function<exit_code(console&)>;

// Each declares one command (or one family) below `root`; when the command line names it, parsing
// fills `chosen`. Both must outlive the parsing.
void declare_serve(CLI::App& root, chosen_command& chosen);
void declare_config(CLI::App& root, chosen_command& chosen);

void declare_list(CLI::App& root, chosen_command& chosen);
void declare_show(CLI::App& root, chosen_command& chosen);
void declare_journal(CLI::App& root, chosen_command& chosen);
void declare_events(CLI::App& root, chosen_command& chosen);
void declare_watch(CLI::App& root, chosen_command& chosen);
void declare_stats(CLI::App& root, chosen_command& chosen);

void declare_verbs(
    CLI::App& root, chosen_command& chosen
);  // retry, cancel, park, resume, compensate
void declare_resolve(CLI::App& root, chosen_command& chosen);

void declare_replay(CLI::App& root, chosen_command& chosen);
void declare_verify(CLI::App& root, chosen_command& chosen);
void declare_simulate(CLI::App& root, chosen_command& chosen);
void declare_backup(CLI::App& root, chosen_command& chosen);
void declare_restore(CLI::App& root, chosen_command& chosen);
void declare_conformance(CLI::App& root, chosen_command& chosen);

void declare_diagram(CLI::App& root, chosen_command& chosen);
void declare_explain(CLI::App& root, chosen_command& chosen);

}  // namespace makegood::cli
