#include <fmt/format.h>
#include <CLI/CLI.hpp>

#include <boost/json/serialize.hpp>
#include <memory>
#include <optional>
#include <utility>

#include "cli/checkout_reader.hpp"
#include "cli/commands/commands.hpp"
#include "cli/event_feed.hpp"
#include "cli/polling.hpp"
#include "cli/text_table.hpp"

namespace makegood::cli {

namespace {

namespace json = boost::json;

struct events_options {
    reading_source source;
    std::string type;
    std::string customer;
    std::string id;
    std::string after = "start";
    std::optional<std::size_t> limit;
    bool follow = false;
    std::string interval = "500ms";
};

std::string line_of(const json::object& told, const palette& paint) {
    const json::value* const data = told.if_contains("data");
    const std::string status = data != nullptr && data->is_object()
                                   ? text_of(data->get_object(), "status")
                                   : std::string{};
    return fmt::format(
        "{}  {:<29}  {}  {}  {}\n", paint.paint(tone::faint, printable(text_of(told, "time"))),
        printable(text_of(told, "type")), printable(text_of(told, "subject")),
        printable(text_of(told, "partitionkey")),
        paint.paint(tone_of_status(status), printable(status))
    );
}

query_parameters filter_of(const events_options& options) {
    query_parameters filter;
    for (const auto& [name, value] :
         {std::pair{"type", options.type}, std::pair{"customer_id", options.customer},
          std::pair{"id", options.id}}) {
        if (!value.empty()) filter.emplace_back(name, value);
    }
    return filter;
}

exit_code events(const events_options& options, console& out) {
    const duration pause = pause_of(options.interval);
    const auto reader = open_reader(options.source);
    event_feed feed(
        {filter_of(options), options.after, options.limit},
        {.event =
             [&](const json::object& told) {
                 out.data(
                     options.source.as_json ? json::serialize(told) + "\n"
                                            : line_of(told, out.data_palette())
                 );
             },
         .missed = [&](const std::string& why) { out.say(why); }}
    );
    if (options.follow) {
        poll_until_over(pause, out, [&] { return feed.read_on(*reader); });
        return exit_code::done;
    }
    feed.read_on(*reader);
    if (feed.count() == 0) out.say("no event matches");
    if (const std::string rest = feed.rest(); !rest.empty()) {
        out.say(fmt::format("there are more: --after {}", rest));
    }
    return exit_code::done;
}

}  // namespace

void declare_events(CLI::App& root, chosen_command& chosen) {
    auto options = std::make_shared<events_options>();
    CLI::App* command = root.add_subcommand(
        "events", "What happened to checkouts, as others are told: oldest first, while it is kept"
    );
    command->group("Reading");
    command
        ->add_option(
            "--type", options->type,
            "Such as checkout.completed, or checkout.* for all that begin so; with commas between"
        )
        ->type_name("TYPE");
    command->add_option("--customer", options->customer, "Of that customer")->type_name("ID");
    command->add_option("--id", options->id, "Of that checkout or fulfilment")->type_name("ID");
    command
        ->add_option(
            "--after", options->after,
            "Behind a position that was printed before; start: all that are kept; now: what comes"
        )
        ->type_name("POSITION")
        ->capture_default_str();
    command->add_option("--limit", options->limit, "So many, and no more")
        ->check(CLI::PositiveNumber);
    command->add_flag("--follow", options->follow, "Go on with what comes, until interrupted");
    add_interval_flag(*command, options->interval);
    add_reading_flags(*command, options->source);
    command->callback([options, &chosen] {
        chosen = [options](console& out) { return events(*options, out); };
    });
}

}  // namespace makegood::cli
