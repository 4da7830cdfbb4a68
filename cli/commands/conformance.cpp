#include <fmt/format.h>
#include <CLI/CLI.hpp>

#include <boost/json/serialize.hpp>
#include <fstream>
#include <memory>
#include <stdexcept>

#include "adapters/clock/entropy.hpp"
#include "adapters/http/client.hpp"
#include "cli/commands/commands.hpp"
#include "cli/duration_text.hpp"
#include "cli/near_miss.hpp"
#include "cli/text_table.hpp"
#include "conformance/report.hpp"
#include "conformance/runner.hpp"

namespace makegood::cli {

namespace {

namespace json = boost::json;
using conformance::backend_kind;
using conformance::case_list;
using conformance::run_report;
using conformance::suite_options;
using conformance::verdict;

struct conformance_options {
    suite_options suite;
    std::optional<std::uint64_t> seed;
    std::string timeout = "10s";
    std::string expiry_grace = "10s";
    std::vector<std::string> only;
    std::string junit;
    bool list = false;
    bool as_json = false;
};

constexpr std::string_view footer =
    "It writes to the backends: it reserves, authorizes, captures, orders, ships, notifies, and\n"
    "undoes. What is sold, captured or told stays so. Give it test systems only.\n"
    "\n"
    "--scarce-sku names a SKU of which exactly --scarce-stock pieces are free while it runs; 100\n"
    "reservations at once fight for them, and all are given back. --cart-id names a cart with\n"
    "something in it, which is read and then emptied. Cases that lack an option are skipped.\n"
    "\n"
    "Exit codes: 0 all passed, 6 a case failed or could not be judged, 5 a backend cannot be\n"
    "reached or stopped answering, 2 usage. Every case with its rule: `makegood conformance "
    "--list`.";

[[noreturn]] void refuse_usage(const std::string& what, std::string hint = {}) {
    throw command_failure(errc::usage_wrong, what, std::move(hint));
}

std::chrono::milliseconds time_of(const std::string& flag, const std::string& text) {
    const auto length = parse_duration(text);
    if (!length || length->count() < 1) {
        refuse_usage(fmt::format("{} \"{}\" is no time", flag, text), "such as 500ms or 10s");
    }
    return *length;
}

void require(const std::string& given, std::string_view flag, std::string_view what_for) {
    if (given.empty()) refuse_usage(fmt::format("{} is missing: {}", flag, what_for));
}

// What the chosen backends cannot be judged without.
void check_completeness(const suite_options& suite) {
    const auto judged = [&](backend_kind backend) { return !suite.url_of(backend).empty(); };
    const bool any = std::any_of(suite.urls.begin(), suite.urls.end(), [](const auto& url) {
        return !url.empty();
    });
    if (!any) refuse_usage("no backend is named", "name at least one, such as --inventory URL");
    const bool sells = judged(backend_kind::inventory) || judged(backend_kind::order)
                       || judged(backend_kind::fulfillment) || judged(backend_kind::catalog);
    if (sells) require(suite.sku, "--sku", "a SKU of which there is plenty");
    if (judged(backend_kind::payment)) {
        require(suite.token, "--token", "a payment token that is authorized");
    }
}

// A pattern that names nothing is a slip, also beside others that do.
void check_patterns(const conformance_options& options, const suite_options& suite) {
    for (const std::string& pattern : options.only) {
        if (!selected_cases(suite, {pattern}).empty()) continue;
        std::vector<std::string> known;
        for (const auto& each : conformance::all_cases())
            known.push_back(each.id);
        refuse_usage(
            fmt::format(
                "no case of these backends is \"{}\"{}", pattern, did_you_mean(pattern, known)
            ),
            "`makegood conformance --list` names them; `*` stands for anything"
        );
    }
}

case_list chosen_cases(const conformance_options& options) {
    suite_options suite = options.suite;
    if (options.list) suite.urls.fill("any");
    check_patterns(options, suite);
    return selected_cases(suite, options.only);
}

exit_code list_cases(const conformance_options& options, console& out) {
    const case_list cases = chosen_cases(options);
    if (options.as_json) {
        out.data(json::serialize(json_of(cases)) + "\n");
        return exit_code::done;
    }
    text_table table{{{"CASE"}, {"NEEDS"}, {"RULE"}}};
    for (const auto& each : cases)
        table.add({{each.id}, {std::string{flag_of(each.option)}}, {each.rule}});
    out.data(table.render(out.data_palette()));
    return exit_code::done;
}

tone tone_of(verdict given) {
    switch (given) {
        case verdict::passed: return tone::good;
        case verdict::failed: return tone::bad;
        case verdict::blocked: return tone::warning;
        case verdict::skipped: return tone::faint;
    }
    return tone::plain;
}

// The text of a failure line by line, indented and harmless on a terminal.
std::string indented(std::string_view text) {
    std::string shown;
    while (!text.empty()) {
        const std::size_t end = std::min(text.find('\n'), text.size() - 1);
        const std::string line = printable(text.substr(0, end));
        shown += line.empty() ? "\n" : "    " + line + "\n";
        text.remove_prefix(end + 1);
    }
    return shown;
}

std::string text_of(const run_report& report, const palette& paint) {
    text_table table{{{"CASE"}, {"VERDICT"}, {"REASON"}}};
    for (const auto& each : report.results) {
        const std::string verdict_name{name_of(each.given)};
        const bool detailed = each.given == verdict::failed;
        table.add(
            {{each.judged.id},
             {verdict_name, tone_of(each.given)},
             {detailed ? "see below" : each.reason}}
        );
    }
    std::string text = table.render(paint);
    for (const auto& each : report.results) {
        if (each.given != verdict::failed) continue;
        text += fmt::format("\n{} {}\n", paint.paint(tone::bad, "FAIL"), each.judged.id);
        text += indented(failure_text(each));
    }
    text += fmt::format(
        "\n{} passed, {} failed, {} blocked, {} skipped; seed {}\n", report.count(verdict::passed),
        report.count(verdict::failed), report.count(verdict::blocked),
        report.count(verdict::skipped), report.seed
    );
    return text;
}

void write_junit(const std::string& file, const run_report& report) {
    std::ofstream out{file, std::ios::trunc | std::ios::binary};
    out << junit_of(report);
    if (!out.flush()) {
        throw command_failure(errc::failed, fmt::format("--junit: {} cannot be written", file));
    }
}

void check_addresses(const suite_options& suite) {
    for (std::size_t position = 0; position < suite.urls.size(); ++position) {
        if (suite.urls[position].empty()) continue;
        try {
            (void)http::origin::parse(suite.urls[position]);
        } catch (const std::invalid_argument& problem) {
            const auto name = conformance::backend_names[position];
            refuse_usage(fmt::format("--{} {}", name, problem.what()));
        }
    }
}

void check_reachable(const suite_options& suite) {
    std::string found;
    for (const auto& each : unreachable_backends(suite)) {
        found += fmt::format(
            "{}{} at {}: {}", found.empty() ? "" : "; ", name_of(each.which),
            suite.url_of(each.which), each.why
        );
    }
    if (found.empty()) return;
    throw command_failure(
        errc::server_unreachable, fmt::format("no connection to {}", found), "nothing was sent"
    );
}

// Whatever else was seen: a backend that is away is no wrong backend.
void check_still_there(const suite_options& suite, const run_report& report) {
    std::string found;
    for (const auto& each : report.silent) {
        found += fmt::format(
            "{}{} at {} (first in {})", found.empty() ? "" : "; ", name_of(each.which),
            suite.url_of(each.which), each.first_case
        );
    }
    if (found.empty()) return;
    throw command_failure(
        errc::server_unreachable, fmt::format("no answer any more from {}", found),
        "what it did before is judged above; it may have what the run began there still open"
    );
}

std::uint64_t fresh_seed() {
    entropy source;
    std::uint64_t seed = 0;
    for (const std::uint8_t byte : source.take<8>())
        seed = seed << 8U | byte;
    return seed;
}

exit_code run_conformance(conformance_options options, console& out) {
    if (options.list) return list_cases(options, out);
    check_completeness(options.suite);
    check_addresses(options.suite);
    options.suite.answer_time_max = time_of("--timeout", options.timeout);
    options.suite.expiry_grace = time_of("--expiry-grace", options.expiry_grace);
    options.suite.seed = options.seed ? *options.seed : fresh_seed();
    const case_list cases = chosen_cases(options);
    check_reachable(options.suite);
    out.say(out.talk_palette().paint(
        tone::warning, "This writes to the backends and leaves traces there: test systems only."
    ));
    out.say(fmt::format("{} cases; seed {}", cases.size(), options.suite.seed));
    progress_report progress{out, "cases judged"};
    const run_report report =
        run_cases(options.suite, cases, [&](std::size_t done) { progress.advance(done); });
    if (!options.junit.empty()) write_junit(options.junit, report);
    out.data(
        options.as_json ? json::serialize(json_of(report)) + "\n"
                        : text_of(report, out.data_palette())
    );
    check_still_there(options.suite, report);
    const std::size_t bad = report.count(verdict::failed) + report.count(verdict::blocked);
    if (bad == 0) return exit_code::done;
    throw command_failure(
        errc::difference_found,
        fmt::format("{} of {} cases did not pass", bad, report.results.size()),
        "each failure above shows the rule, why it matters and the exchange"
    );
}

void add_backend_flags(CLI::App& command, suite_options& suite) {
    for (std::size_t position = 0; position < suite.urls.size(); ++position) {
        const auto name = conformance::backend_names[position];
        command
            .add_option(
                fmt::format("--{}", name), suite.urls[position],
                fmt::format("The {} backend's base address", name)
            )
            ->type_name("URL");
    }
}

void add_goods_flags(CLI::App& command, suite_options& suite) {
    const auto add = [&](const char* flag, std::string& to, const char* what) {
        command.add_option(flag, to, what)->type_name("TEXT")->capture_default_str();
    };
    add("--sku", suite.sku, "A SKU of which there is plenty, and that the catalog prices");
    add("--unknown-sku", suite.unknown_sku, "A SKU that there is not");
    add("--scarce-sku", suite.scarce_sku, "A SKU of which exactly --scarce-stock pieces are free");
    command.add_option("--scarce-stock", suite.scarce_stock, "How many pieces of --scarce-sku")
        ->type_name("N")
        ->check(CLI::Range(std::int64_t{1}, conformance::scarce_stock_max))
        ->capture_default_str();
    add("--token", suite.token, "A payment token that is authorized");
    add("--declined-token", suite.declined_token, "A payment token that is declined");
    add("--action-token", suite.action_token, "A payment token whose customer has to confirm");
    add("--cart-id", suite.cart_id, "A cart with lines; it is emptied");
    add("--customer", suite.customer_id, "Who buys");
    add("--currency", suite.currency, "Of quotes, payments and orders");
    command.add_option("--amount", suite.amount, "Of payments and orders, in minor units")
        ->type_name("N")
        ->check(CLI::Range(std::int64_t{1}, std::int64_t{1'000'000'000}))
        ->capture_default_str();
}

void add_run_flags(CLI::App& command, conformance_options& options) {
    command.add_option("--only", options.only, "Cases with this id; `*` stands for anything")
        ->type_name("PATTERN");
    command.add_flag("--list", options.list, "Name the cases and their rules, and run none");
    command
        .add_option("--seed", options.seed, "What the ids derive from; once for each test system")
        ->type_name("N")
        ->check(CLI::NonNegativeNumber);
    command.add_option("--timeout", options.timeout, "How long each answer is waited for")
        ->type_name("TIME")
        ->capture_default_str();
    command
        .add_option(
            "--expiry-grace", options.expiry_grace, "How long a reservation may outlive its time"
        )
        ->type_name("TIME")
        ->capture_default_str();
    command.add_option("--junit", options.junit, "Write the verdicts there too, as JUnit XML")
        ->type_name("FILE");
    command.add_flag("--json", options.as_json, "Machine-readable");
}

}  // namespace

void declare_conformance(CLI::App& root, chosen_command& chosen) {
    auto options = std::make_shared<conformance_options>();
    CLI::App* command = root.add_subcommand(
        "conformance", "Judge backends by the contract's cases (writes to them: test systems only)"
    );
    command->group("Checking");
    command->footer(std::string{footer});
    add_backend_flags(*command, options->suite);
    add_goods_flags(*command, options->suite);
    add_run_flags(*command, *options);
    command->callback([options, &chosen] {
        chosen = [options](console& out) { return run_conformance(*options, out); };
    });
}

}  // namespace makegood::cli
