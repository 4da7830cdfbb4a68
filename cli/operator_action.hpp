#pragma once

#include <boost/json/object.hpp>
#include <string>

#include "cli/console.hpp"
#include "cli/exit_code.hpp"

namespace CLI {
class App;
}

namespace makegood::cli {

// What an operator asks of one checkout, or in bulk of all that a filter matches.
struct operator_action {
    std::string verb;  // the last segment of the path: "cancel"
    std::string server = "http://127.0.0.1:8700";
    std::string id;
    std::string where;
    std::string actor;
    std::string reason = "asked for on the command line";
    bool dry_run = false;
    bool yes = false;
    bool as_json = false;
};

// ID or --where, --reason, --actor, --dry-run, --yes, --json, --server. `action` must outlive
// parsing.
void add_action_flags(CLI::App& command, operator_action& action);

// Sends it. `extra` joins the body beside actor and reason. In bulk every matching checkout is
// tried, each refusal is told, and the exit code is that of the first one.
[[nodiscard]] exit_code act(
    const operator_action& action, const boost::json::object& extra, console& out
);

}  // namespace makegood::cli
