#include "cli/polling.hpp"

#include <fmt/format.h>
#include <CLI/CLI.hpp>

#include <thread>

#include "cli/duration_text.hpp"
#include "cli/exit_code.hpp"

namespace makegood::cli {

void add_interval_flag(CLI::App& command, std::string& interval) {
    command.add_option("--interval", interval, "Between two looks")
        ->type_name("TIME")
        ->capture_default_str();
}

duration pause_of(const std::string& interval) {
    const auto pause = parse_duration(interval);
    if (pause && pause->count() >= 10) return *pause;
    throw command_failure(
        errc::usage_wrong, fmt::format("--interval \"{}\" is no time of 10ms or more", interval),
        "such as --interval 500ms"
    );
}

void poll_until_over(duration pause, console& out, const std::function<bool()>& poll) {
    bool reached = false;
    for (bool more = true; more;) {
        try {
            more = poll();
            reached = true;
        } catch (const command_failure& failure) {
            if (!reached || failure.code() != errc::server_unreachable) throw;
            out.progress(fmt::format("{}; trying again", failure.what()));
        }
        if (more) std::this_thread::sleep_for(pause);
    }
}

}  // namespace makegood::cli
