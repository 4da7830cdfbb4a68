#include <fmt/format.h>
#include <CLI/CLI.hpp>

#include <boost/json/array.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <charconv>
#include <memory>
#include <span>

#include "cli/commands/commands.hpp"
#include "cli/data_folder_reader.hpp"
#include "cli/event_text.hpp"
#include "cli/replay_all.hpp"
#include "cli/supposition.hpp"
#include "cli/text_table.hpp"
#include "engine/replay.hpp"

namespace makegood::cli {

namespace {

namespace json = boost::json;

// CLI11's own check for a positive number answers with the bounds of a double.
std::string complain_about_sequence(const std::string& text) {
    journal_sequence sequence = 0;
    const char* const end = text.data() + text.size();
    const auto [rest, problem] = std::from_chars(text.data(), end, sequence);
    if (problem == std::errc{} && rest == end && sequence > 0) return {};
    return fmt::format("\"{}\" is not the number of an entry: 1 or more", text);
}

struct replay_options {
    std::string data;
    std::string id;
    std::string assume;
    journal_sequence until = 0;  // 0: to the end
    bool all = false;
    bool as_json = false;
};

// One saga folded, and what its fold looked like on the way.
struct folded_saga {
    saga_record record;
    text_table table{{{"SEQ", true}, {"TIME"}, {"EVENT"}, {"STATE"}, {"CALLS OPENED"}, {"DETAIL"}}};
    json::array entries;
};

std::string remark_of(const step_outcome& outcome) {
    if (!outcome.listed) return "not listed in the table; changes nothing";
    if (outcome.ignored) return "listed as ignored";
    return outcome.starts_child ? "starts the child saga" : "";
}

std::string detail_with_remark(const replayed_entry& seen) {
    const std::string detail = event_detail(seen.entry.event);
    const std::string remark = remark_of(seen.outcome);
    if (detail.empty() || remark.empty()) return detail + remark;
    return fmt::format("{} ({})", detail, remark);
}

void keep(folded_saga& folded, const replayed_entry& seen) {
    const bool moved = !seen.outcome.steps.empty();
    folded.table.add(
        {{fmt::format("{}", seen.entry.sequence)},
         {format_instant(seen.entry.at), tone::faint},
         {entry_name(seen.entry, seen.outcome), seen.outcome.listed ? tone::plain : tone::warning},
         {way_text(seen.from, seen.outcome), moved ? tone::strong : tone::faint},
         {opened_text(seen.outcome)},
         {detail_with_remark(seen)}}
    );
    json::array opened;
    for (const call_reference& call : seen.outcome.opened)
        opened.emplace_back(call_text(call));
    folded.entries.push_back(
        {{"seq", seen.entry.sequence},
         {"at", format_instant(seen.entry.at)},
         {"event", entry_name(seen.entry, seen.outcome)},
         {"from", seen.from.value},
         {"to", seen.after.state.value},
         {"opened", std::move(opened)},
         {"listed", seen.outcome.listed},
         {"ignored", seen.outcome.ignored},
         {"detail", event_detail(seen.entry.event)}}
    );
}

folded_saga fold(opened_folder& folder, const saga_id& id, std::span<const journal_entry> entries) {
    folded_saga folded;
    auto result = replay(folder.registry(), id, entries, [&](const replayed_entry& seen) {
        keep(folded, seen);
    });
    if (!result) {
        throw command_failure(
            errc::difference_found,
            fmt::format("entry {}: {}", result.error().at, result.error().detail),
            "`makegood verify --data DIR` checks the whole folder"
        );
    }
    folded.record = std::move(*result);
    return folded;
}

std::span<const journal_entry> up_to(
    const std::vector<journal_entry>& entries, journal_sequence until
) {
    if (until == 0) return entries;
    if (until > entries.size()) {
        throw command_failure(
            errc::usage_wrong,
            fmt::format("--until {}: the journal ends with entry {}", until, entries.size())
        );
    }
    return std::span{entries}.first(until);
}

std::string summary_of(const saga_record& saga, const palette& paint) {
    const std::string_view status = status_text(saga.status());
    return fmt::format(
        "{}: {} in state {}\n", saga.id.text(), paint.paint(tone_of_status(status), status),
        saga.state.value
    );
}

exit_code replay_one(const replay_options& options, console& out) {
    opened_folder folder{options.data};
    const saga_record stored = folder.load(options.id);
    const std::vector<journal_entry> entries = folder.journal(stored.id);
    const folded_saga folded = fold(folder, stored.id, up_to(entries, options.until));
    // A live saga may have moved on between the two reads; the journal then is the longer one.
    const bool comparable = folded.record.sequence == stored.sequence;
    const bool same = !comparable || folded.record == stored;
    if (options.as_json) {
        json::object answer{{"id", stored.id.text()}, {"entries", folded.entries}};
        answer["checkout"] = json::parse(folded.record.definition->render(folded.record, {}));
        if (comparable) answer["fold_is_record"] = same;
        out.data(json::serialize(answer) + "\n");
    } else {
        out.data(folded.table.render(out.data_palette()));
        out.data(summary_of(folded.record, out.data_palette()));
    }
    if (same) return exit_code::done;
    throw command_failure(
        errc::difference_found, "the stored record is not the fold of its journal",
        "`makegood verify --data DIR` tells which field differs"
    );
}

exit_code replay_assuming(const replay_options& options, console& out) {
    const supposition supposed = parse_supposition(options.assume);
    opened_folder folder{options.data};
    const saga_id id = parse_saga_id(options.id);
    const std::vector<journal_entry> entries = folder.journal(id);
    const supposed_outcome outcome = try_supposition(folder.registry(), id, entries, supposed);
    out.data(
        options.as_json ? supposition_json(outcome) : supposition_text(outcome, out.data_palette())
    );
    return exit_code::done;
}

exit_code run_replay(const replay_options& options, console& out) {
    require_data_folder(options.data, "replay");
    if (options.all == !options.id.empty()) {
        throw command_failure(
            errc::usage_wrong, "replay needs an ID or --all",
            "such as `makegood replay chk_… --data DIR`"
        );
    }
    if (options.all) return replay_all(options.data, options.as_json, out);
    return options.assume.empty() ? replay_one(options, out) : replay_assuming(options, out);
}

}  // namespace

void declare_replay(CLI::App& root, chosen_command& chosen) {
    auto options = std::make_shared<replay_options>();
    CLI::App* command =
        root.add_subcommand("replay", "Fold a journal again and show every transition");
    command->group("Checking");
    auto* id = command->add_option("ID", options->id, "The checkout");
    auto* all = command->add_flag(
        "--all", options->all, "Prove that this program reads every stored saga as it was"
    );
    auto* until = command->add_option("--until", options->until, "Stop after that entry")
                      ->type_name("SEQ")
                      ->check(complain_about_sequence, "");
    auto* assume = command->add_option(
        "--assume", options->assume,
        "What would have happened had entry SEQ been EVENT, such as 4=payment_refused"
    );
    assume->type_name("SEQ=EVENT")->excludes(until)->excludes(all);
    all->excludes(id)->excludes(until);
    command->add_option("--data", options->data, "The data folder, live or not")->type_name("DIR");
    command->add_flag("--json", options->as_json, "Machine-readable");
    command->callback([options, &chosen] {
        chosen = [options](console& out) { return run_replay(*options, out); };
    });
}

}  // namespace makegood::cli
