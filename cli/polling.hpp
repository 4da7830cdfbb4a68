#pragma once

#include <functional>
#include <string>

#include "cli/console.hpp"
#include "engine/time.hpp"

namespace CLI {
class App;
}  // namespace CLI

namespace makegood::cli {

// --interval, for commands that look again and again.
void add_interval_flag(CLI::App& command, std::string& interval);
// What it says. Throws command_failure(usage_wrong) when it is no pause.
[[nodiscard]] duration pause_of(const std::string& interval);

// Calls `poll` until it says that nothing more will come, with a pause in between. A server that
// restarts is waited for, but only once it has been reached.
void poll_until_over(duration pause, console& out, const std::function<bool()>& poll);

}  // namespace makegood::cli
