#include <fmt/format.h>
#include <CLI/CLI.hpp>

#include <boost/json/array.hpp>
#include <boost/json/serialize.hpp>
#include <memory>

#include "cli/checkout_filter.hpp"
#include "cli/checkout_pages.hpp"
#include "cli/commands/commands.hpp"
#include "cli/money_text.hpp"
#include "cli/text_table.hpp"

namespace makegood::cli {

namespace {

namespace json = boost::json;

struct list_options {
    reading_source source;
    checkout_filter filter;
    std::size_t limit = 50;
    std::string cursor;
    bool all = false;
};

std::string reason_of(const json::object& checkout) {
    const json::value* reason = checkout.if_contains("reason");
    return reason != nullptr && reason->is_object() ? text_of(reason->get_object(), "code")
                                                    : std::string{};
}

std::string table_of(const json::array& items, const palette& paint) {
    text_table table{
        {{"ID"}, {"STATUS"}, {"STATE"}, {"REASON"}, {"CUSTOMER"}, {"TOTAL", true}, {"CREATED"}}};
    for (const json::value& item : items) {
        const json::object& checkout = item.as_object();
        const std::string status = text_of(checkout, "status");
        table.add(
            {{text_of(checkout, "id")},
             {status, tone_of_status(status)},
             {text_of(checkout, "state")},
             {reason_of(checkout)},
             {text_of(checkout, "customer_id")},
             {total_of(checkout)},
             {text_of(checkout, "created_at"), tone::faint}}
        );
    }
    return table.render(paint);
}

exit_code list(const list_options& options, console& out) {
    const auto reader = open_reader(options.source);
    progress_report progress{out, "checkouts read"};
    wanted_checkouts wanted{options.filter.query(), options.cursor, options.limit};
    if (options.all) wanted.count.reset();
    json::array items;
    const std::string next = read_pages(*reader, wanted, [&](json::object checkout) {
        items.push_back(std::move(checkout));
        progress.advance(items.size());
    });
    if (options.source.as_json) {
        json::object page{{"items", std::move(items)}};
        if (!next.empty()) page["next_cursor"] = next;
        out.data(json::serialize(page) + "\n");
        return exit_code::done;
    }
    if (items.empty()) {
        out.say("no checkout matches");
        return exit_code::done;
    }
    out.data(table_of(items, out.data_palette()));
    if (!next.empty()) out.say(fmt::format("there are more: --cursor {} or --all", next));
    return exit_code::done;
}

}  // namespace

void declare_list(CLI::App& root, chosen_command& chosen) {
    auto options = std::make_shared<list_options>();
    CLI::App* command = root.add_subcommand("list", "Checkouts, newest first");
    command->group("Reading");
    add_filter_flags(*command, options->filter);
    auto* limit = command->add_option("--limit", options->limit, "Checkouts of a page")
                      ->check(CLI::Range(std::size_t{1}, page_limit_max))
                      ->capture_default_str();
    command->add_option("--cursor", options->cursor, "Where the page before this one ended");
    command->add_flag("--all", options->all, "Every page")->excludes(limit);
    add_reading_flags(*command, options->source);
    command->callback([options, &chosen] {
        chosen = [options](console& out) { return list(*options, out); };
    });
}

}  // namespace makegood::cli
