#include <fmt/format.h>
#include <CLI/CLI.hpp>

#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>
#include <memory>

#include "cli/checkout_reader.hpp"
#include "cli/commands/commands.hpp"
#include "cli/text_table.hpp"

namespace makegood::cli {

namespace {

namespace json = boost::json;

void add_sagas(text_table& table, const json::object& sagas) {
    for (const auto& [saga, statuses] : sagas) {
        if (!statuses.is_object()) continue;
        for (const auto& [status, count] : statuses.get_object()) {
            table.add(
                {{fmt::format("{} {}", std::string_view{saga}, std::string_view{status}),
                  tone_of_status(status)},
                 {json::serialize(count)}}
            );
        }
    }
}

std::string table_of(const json::object& counted, const palette& paint) {
    text_table table{{{"WHAT"}, {"COUNT", true}}};
    for (const auto& [name, count] : counted) {
        if (count.is_object()) {
            add_sagas(table, count.get_object());
            continue;
        }
        std::string words{name};
        std::replace(words.begin(), words.end(), '_', ' ');
        table.add({{words}, {json::serialize(count)}});
    }
    return table.render(paint);
}

exit_code stats(const reading_source& source, console& out) {
    const json::object counted = open_reader(source)->statistics();
    out.data(
        source.as_json ? json::serialize(counted) + "\n" : table_of(counted, out.data_palette())
    );
    return exit_code::done;
}

}  // namespace

void declare_stats(CLI::App& root, chosen_command& chosen) {
    auto source = std::make_shared<reading_source>();
    CLI::App* command = root.add_subcommand("stats", "What the store holds, counted");
    command->group("Reading");
    add_reading_flags(*command, *source);
    command->callback([source, &chosen] {
        chosen = [source](console& out) { return stats(*source, out); };
    });
}

}  // namespace makegood::cli
