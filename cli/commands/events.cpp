#include <fmt/format.h>
#include <CLI/CLI.hpp>

#include <algorithm>
#include <boost/json/serialize.hpp>
#include <memory>
#include <optional>
#include <utility>

#include "cli/checkout_pages.hpp"
#include "cli/checkout_reader.hpp"
#include "cli/commands/commands.hpp"
#include "cli/exit_code.hpp"
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

// Prints events page by page, and remembers how far it has come.
class printed_events {
public:
    printed_events(checkout_reader& reader, const events_options& options, console& out)
        : reader_(reader), options_(options), out_(out), position_(options.after) {}

    // All that there are now. False when there are as many as were asked for.
    bool print_on() {
        do {
            const json::object page = next_page();
            for (const json::value& item : page.at("items").as_array())
                print(item.as_object());
            position_ = text_of(page, "next");
            more_ = page.at("more").as_bool();
        } while (more_ && !is_full());
        return !is_full();
    }
    [[nodiscard]] std::size_t count() const { return printed_; }
    // Behind the last page; empty when there was nothing.
    [[nodiscard]] std::string rest() const { return more_ ? position_ : std::string{}; }

private:
    [[nodiscard]] bool is_full() const { return options_.limit && printed_ >= *options_.limit; }

    json::object next_page() {
        try {
            return reader_.events(query());
        } catch (const command_failure& failure) {
            if (failure.code() != errc::gone) throw;
            out_.say(failure.what());
            position_ = "start";
            return reader_.events(query());
        }
    }
    [[nodiscard]] query_parameters query() const {
        const std::size_t left = options_.limit ? *options_.limit - printed_ : page_limit_max;
        query_parameters asked{
            {"after", position_}, {"limit", fmt::format("{}", std::min(left, page_limit_max))}};
        for (const auto& [name, value] :
             {std::pair{"type", options_.type}, std::pair{"customer_id", options_.customer},
              std::pair{"id", options_.id}}) {
            if (!value.empty()) asked.emplace_back(name, value);
        }
        return asked;
    }
    void print(const json::object& told) {
        out_.data(
            options_.source.as_json ? json::serialize(told) + "\n"
                                    : line_of(told, out_.data_palette())
        );
        ++printed_;
    }

    checkout_reader& reader_;
    const events_options& options_;
    console& out_;
    std::string position_;
    std::size_t printed_ = 0;
    bool more_ = false;
};

exit_code events(const events_options& options, console& out) {
    const duration pause = pause_of(options.interval);
    const auto reader = open_reader(options.source);
    printed_events printed(*reader, options, out);
    if (options.follow) {
        poll_until_over(pause, out, [&] { return printed.print_on(); });
        return exit_code::done;
    }
    printed.print_on();
    if (printed.count() == 0) out.say("no event matches");
    if (const std::string rest = printed.rest(); !rest.empty()) {
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
