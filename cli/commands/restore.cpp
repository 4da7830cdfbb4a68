#include <fmt/format.h>
#include <CLI/CLI.hpp>

#include <memory>

#include "cli/commands/commands.hpp"
#include "cli/data_folder_reader.hpp"
#include "cli/store_failure.hpp"
#include "statestore/backup.hpp"

namespace makegood::cli {

namespace {

struct restore_options {
    std::string source;
    std::string data;
};

exit_code run_restore(const restore_options& options, console& out) {
    if (options.data.empty()) {
        throw command_failure(
            errc::usage_wrong, "restore makes a data folder and needs --data DIR",
            "name a new folder; nothing is ever overwritten"
        );
    }
    require_new_folder(options.data);
    progress_report progress{out, "pages copied"};
    const auto copied = statestore::restore(
        options.source, options.data,
        [&progress](const statestore::backup_progress& so_far) {
            progress.advance(so_far.pages_done);
        }
    );
    if (!copied) throw_store_failure(copied.error(), options.source);
    out.say(fmt::format("{} is now what {} was", options.data, options.source));
    out.say(fmt::format(
        "`makegood verify --data {}` checks it; a server that is started on it goes on where the "
        "backup ends",
        options.data
    ));
    return exit_code::done;
}

}  // namespace

void declare_restore(CLI::App& root, chosen_command& chosen) {
    auto options = std::make_shared<restore_options>();
    CLI::App* command =
        root.add_subcommand("restore", "Make a data folder of a backup; it never overwrites one");
    command->group("Keeping");
    command->add_option("BACKUP", options->source, "What `backup` made")->required();
    command->add_option("--data", options->data, "A new or empty folder")->type_name("DIR");
    command->callback([options, &chosen] {
        chosen = [options](console& out) { return run_restore(*options, out); };
    });
}

}  // namespace makegood::cli
