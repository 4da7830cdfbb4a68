#include <CLI/CLI.hpp>

#include <boost/json/array.hpp>
#include <boost/json/serialize.hpp>
#include <memory>

#include "adapters/clock/clock.hpp"
#include "cli/checkout_reader.hpp"
#include "cli/commands/commands.hpp"
#include "cli/timeline.hpp"

namespace makegood::cli {

namespace {

namespace json = boost::json;

struct show_options {
    reading_source source;
    std::string id;
};

exit_code show(const show_options& options, console& out) {
    const auto reader = open_reader(options.source);
    json::object checkout = reader->checkout(options.id);
    json::array journal = reader->journal(options.id);
    if (options.source.as_json) {
        checkout["journal"] = std::move(journal);
        out.data(json::serialize(checkout) + "\n");
    } else {
        out.data(timeline_text(checkout, read_journal(journal), now(), out.data_palette()));
    }
    return exit_code::done;
}

}  // namespace

void declare_show(CLI::App& root, chosen_command& chosen) {
    auto options = std::make_shared<show_options>();
    CLI::App* command = root.add_subcommand(
        "show", "One checkout: its way through the states, what is open, what to do"
    );
    command->group("Reading");
    command->add_option("ID", options->id, "The checkout")->required();
    add_reading_flags(*command, options->source);
    command->callback([options, &chosen] {
        chosen = [options](console& out) { return show(*options, out); };
    });
}

}  // namespace makegood::cli
