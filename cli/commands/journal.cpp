#include <fmt/format.h>
#include <CLI/CLI.hpp>

#include <boost/json/serialize.hpp>
#include <memory>

#include "cli/checkout_reader.hpp"
#include "cli/commands/commands.hpp"
#include "cli/journal_line.hpp"
#include "cli/text_table.hpp"

namespace makegood::cli {

namespace {

namespace json = boost::json;

struct journal_options {
    reading_source source;
    std::string id;
};

std::string table_of(const std::vector<journal_line>& lines, const palette& paint) {
    text_table table{
        {{"SEQ", true},
         {"AT"},
         {"EVENT"},
         {"FROM"},
         {"TO"},
         {"EFFECTS"},
         {"ATTEMPT", true},
         {"DETAIL"}}};
    for (const journal_line& line : lines) {
        table.add(
            {{fmt::format("{}", line.sequence)},
             {line.at ? format_instant(*line.at) : "", tone::faint},
             {line.event},
             {line.from, tone::faint},
             {line.to, line.moved() ? tone::strong : tone::faint},
             {fmt::format("{}", fmt::join(line.effects, ", "))},
             {line.attempt},
             {line.remark()}}
        );
    }
    return table.render(paint);
}

exit_code journal(const journal_options& options, console& out) {
    const json::array entries = open_reader(options.source)->journal(options.id);
    if (options.source.as_json) {
        out.data(json::serialize(json::object{{"items", entries}}) + "\n");
    } else {
        out.data(table_of(read_journal(entries), out.data_palette()));
    }
    return exit_code::done;
}

}  // namespace

void declare_journal(CLI::App& root, chosen_command& chosen) {
    auto options = std::make_shared<journal_options>();
    CLI::App* command = root.add_subcommand("journal", "Every entry of a checkout's journal");
    command->group("Reading");
    command->add_option("ID", options->id, "The checkout")->required();
    add_reading_flags(*command, options->source);
    command->callback([options, &chosen] {
        chosen = [options](console& out) { return journal(*options, out); };
    });
}

}  // namespace makegood::cli
