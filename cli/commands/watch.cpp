#include <fmt/format.h>
#include <CLI/CLI.hpp>

#include <boost/json/serialize.hpp>
#include <memory>

#include "cli/change_feed.hpp"
#include "cli/checkout_reader.hpp"
#include "cli/commands/commands.hpp"
#include "cli/journal_line.hpp"
#include "cli/polling.hpp"
#include "cli/text_table.hpp"

namespace makegood::cli {

namespace {

namespace json = boost::json;

struct watch_options {
    reading_source source;
    std::string id;
    std::string interval = "500ms";
};

std::string line_of(const journal_line& line, const palette& paint) {
    std::string text = fmt::format(
        "{}  {:>4}  {:<26}", paint.paint(tone::faint, line.at ? format_instant(*line.at) : ""),
        line.sequence, printable(line.event)
    );
    if (line.moved()) text += "  -> " + paint.paint(tone::strong, printable(line.to));
    if (const std::string remark = line.remark(); !remark.empty()) {
        text += "  " + printable(remark);
    }
    return text + "\n";
}

std::string line_of(const json::object& checkout, const palette& paint) {
    const std::string status = text_of(checkout, "status");
    std::string text = fmt::format(
        "{}  {}  {}  {}", paint.paint(tone::faint, text_of(checkout, "updated_at")),
        printable(text_of(checkout, "id")), paint.paint(tone_of_status(status), printable(status)),
        printable(text_of(checkout, "state"))
    );
    const json::value* reason = checkout.if_contains("reason");
    if (reason != nullptr && reason->is_object()) {
        text += "  " + printable(text_of(reason->get_object(), "code"));
    }
    return text + "\n";
}

bool has_ended(const json::object& checkout) {
    const std::string status = text_of(checkout, "status");
    return status == "completed" || status == "failed" || status == "compensated";
}

// Prints the entries that came since `shown`, and says whether more may come. The checkout is read
// first: when it has ended, the journal read after it is whole.
bool follow_once(
    checkout_reader& reader, const watch_options& options, std::size_t& shown, console& out
) {
    const json::object checkout = reader.checkout(options.id);
    const json::array entries = reader.journal(options.id);
    const std::vector<journal_line> lines = read_journal(entries);
    for (; shown < lines.size(); ++shown) {
        out.data(
            options.source.as_json ? json::serialize(entries[shown]) + "\n"
                                   : line_of(lines[shown], out.data_palette())
        );
    }
    return !has_ended(checkout);
}

bool changes_once(
    checkout_reader& reader, const watch_options& options, change_feed& feed, console& out
) {
    for (const json::object& checkout : feed.changes(reader)) {
        out.data(
            options.source.as_json ? json::serialize(checkout) + "\n"
                                   : line_of(checkout, out.data_palette())
        );
    }
    return true;
}

exit_code watch(const watch_options& options, console& out) {
    const duration pause = pause_of(options.interval);
    const auto reader = open_reader(options.source);
    if (options.id.empty()) {
        change_feed feed;
        poll_until_over(pause, out, [&] { return changes_once(*reader, options, feed, out); });
    } else {
        std::size_t shown = 0;
        poll_until_over(pause, out, [&] { return follow_once(*reader, options, shown, out); });
    }
    return exit_code::done;
}

}  // namespace

void declare_watch(CLI::App& root, chosen_command& chosen) {
    auto options = std::make_shared<watch_options>();
    CLI::App* command = root.add_subcommand(
        "watch", "Follow one checkout to its end, or without ID every one until interrupted"
    );
    command->group("Reading");
    command->add_option("ID", options->id, "The checkout");
    add_interval_flag(*command, options->interval);
    add_reading_flags(*command, options->source);
    command->callback([options, &chosen] {
        chosen = [options](console& out) { return watch(*options, out); };
    });
}

}  // namespace makegood::cli
