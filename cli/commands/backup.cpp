#include <fmt/format.h>
#include <CLI/CLI.hpp>

#include <memory>

#include "cli/commands/commands.hpp"
#include "cli/data_folder_reader.hpp"
#include "cli/store_failure.hpp"
#include "statestore/backup.hpp"

namespace makegood::cli {

namespace {

struct backup_options {
    std::string data;
    std::string target;
};

exit_code run_backup(const backup_options& options, console& out) {
    require_data_folder(options.data, "backup");
    require_new_folder(options.target);
    progress_report progress{out, "pages copied"};
    const auto copied = statestore::backup(
        options.data, options.target,
        [&progress](const statestore::backup_progress& so_far) {
            progress.advance(so_far.pages_done);
        }
    );
    if (!copied) throw_store_failure(copied.error(), options.data);
    out.say(fmt::format("{} is now a copy of {}", options.target, options.data));
    return exit_code::done;
}

}  // namespace

void declare_backup(CLI::App& root, chosen_command& chosen) {
    auto options = std::make_shared<backup_options>();
    CLI::App* command =
        root.add_subcommand("backup", "Copy a data folder while its server goes on writing");
    command->group("Keeping");
    command->add_option("TARGET", options->target, "A new or empty folder")->required();
    command->add_option("--data", options->data, "The data folder, live or not")->type_name("DIR");
    command->callback([options, &chosen] {
        chosen = [options](console& out) { return run_backup(*options, out); };
    });
}

}  // namespace makegood::cli
