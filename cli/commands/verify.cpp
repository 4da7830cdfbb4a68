#include <fmt/format.h>
#include <CLI/CLI.hpp>

#include <boost/json/array.hpp>
#include <boost/json/serialize.hpp>
#include <memory>

#include "cli/commands/commands.hpp"
#include "cli/data_folder_reader.hpp"
#include "cli/store_failure.hpp"
#include "cli/text_table.hpp"
#include "sagas/registry.hpp"
#include "statestore/verify.hpp"

namespace makegood::cli {

namespace {

namespace json = boost::json;

struct verify_command_options {
    std::string data;
    std::size_t differences_max = 100;
    bool as_json = false;
};

json::object json_of(const statestore::difference& found) {
    json::object shown{{"store", found.store}, {"what", found.what}, {"detail", found.detail}};
    if (found.saga) shown["id"] = found.saga->text();
    if (found.sequence != 0) shown["seq"] = found.sequence;
    if (!found.field.empty()) {
        shown["field"] = found.field;
        shown["stored"] = found.stored;
        shown["folded"] = found.folded;
    }
    return shown;
}

std::string json_of(const statestore::verify_report& report) {
    json::array differences;
    for (const auto& found : report.differences)
        differences.push_back(json_of(found));
    const json::object answer{
        {"sagas", report.sagas},
        {"entries", report.entries},
        {"differences_count", report.differences_count},
        {"differences", std::move(differences)}};
    return json::serialize(answer) + "\n";
}

std::string text_of(const statestore::difference& found, const palette& paint) {
    std::string text = paint.paint(tone::bad, found.what) + "  " + found.store;
    if (found.saga) text += fmt::format("  {}", found.saga->text());
    if (found.sequence != 0) text += fmt::format("  entry {}", found.sequence);
    text += fmt::format("\n  {}\n", printable(found.detail));
    if (!found.field.empty()) {
        text += fmt::format(
            "  {}: stored {}, the journal says {}\n", printable(found.field),
            printable(found.stored), printable(found.folded)
        );
    }
    return text;
}

std::string text_of(const statestore::verify_report& report, const palette& paint) {
    std::string text;
    for (const auto& found : report.differences)
        text += text_of(found, paint);
    const std::uint64_t unshown = report.differences_count - report.differences.size();
    if (unshown != 0) text += fmt::format("… and {} more (--differences-max)\n", unshown);
    text += fmt::format(
        "{} sagas with {} entries checked, {} differences\n", report.sagas, report.entries,
        report.differences_count
    );
    return text;
}

exit_code run_verify(const verify_command_options& options, console& out) {
    require_data_folder(options.data, "verify");
    const definition_registry registry = make_registry({});
    progress_report progress{out, "sagas verified"};
    statestore::verify_options wanted;
    wanted.differences_max = options.differences_max;
    wanted.progress = [&progress](const statestore::verify_progress& so_far) {
        progress.advance(so_far.sagas);
    };
    auto verified = statestore::verify(options.data, registry, wanted);
    if (!verified && verified.error().code == store_errc::corrupt) {
        throw command_failure(
            errc::difference_found, verified.error().detail,
            "nothing else could be checked; `makegood explain store-corrupt`"
        );
    }
    const statestore::verify_report report = value_or_throw(std::move(verified), options.data);
    out.data(options.as_json ? json_of(report) : text_of(report, out.data_palette()));
    if (report.clean()) return exit_code::done;
    throw command_failure(
        errc::difference_found, "the data folder is not what it should be",
        "see `makegood explain CODE` for each word at the beginning of a line"
    );
}

}  // namespace

void declare_verify(CLI::App& root, chosen_command& chosen) {
    auto options = std::make_shared<verify_command_options>();
    CLI::App* command = root.add_subcommand(
        "verify", "Check a data folder: its integrity, and that every record is its journal's fold"
    );
    command->group("Checking");
    command->add_option("--data", options->data, "The data folder, live or not")->type_name("DIR");
    command->add_option("--differences-max", options->differences_max, "Differences that are shown")
        ->check(CLI::Range(std::size_t{1}, std::size_t{100'000}))
        ->capture_default_str();
    command->add_flag("--json", options->as_json, "Machine-readable");
    command->callback([options, &chosen] {
        chosen = [options](console& out) { return run_verify(*options, out); };
    });
}

}  // namespace makegood::cli
