#include "examples/storefront/program_options.hpp"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <map>

#include "examples/storefront/broken_rules.hpp"

namespace storefront {
namespace {

void add_goods(CLI::App& app, assortment& goods) {
    app.add_option("--seed", goods.seed, "What the generated goods and stock derive from")
        ->capture_default_str();
    app.add_option("--skus", goods.skus, "How many SKUs there are")
        ->check(CLI::Range(1, 1'000'000))
        ->capture_default_str();
    app.add_option("--stock", goods.stock_per_sku, "Pieces per SKU at first, about")
        ->check(CLI::Range(0, 1'000'000'000))
        ->capture_default_str();
}

void add_events(CLI::App& app, event_source& events) {
    auto* brokers = app.add_option(
        "--kafka", events.brokers, "Brokers whose events feed notifications and views: HOST:PORT,…"
    );
    app.add_option(
           "--kafka-settings", events.settings_file,
           "File of librdkafka's settings for TLS and SASL, as the engine's: NAME = VALUE a line"
    )
        ->needs(brokers);
    app.add_option("--events-topic", events.topic, "Where the engine tells what happens")
        ->needs(brokers)
        ->capture_default_str();
    app.add_option("--group", events.group, "What the names of the consumers' groups begin with")
        ->needs(brokers)
        ->capture_default_str();
}

void add_broken_rules(CLI::App& app) {
    const auto known = rule_names();
    app.add_option_function<std::string>(
           "--break", [](const std::string& name) { break_rule(rule_named(name).value()); },
           "Break a rule of the contract on purpose; may be repeated"
    )
        ->type_name("RULE")
        ->check(CLI::IsMember(std::vector<std::string>(known.begin(), known.end())))
        ->trigger_on_parse();
}

}  // namespace

std::optional<program_options> read_options(int count, char** words, int& exit_code) {
    CLI::App app{
        "Reference backends for a checkout: seven services and a view, each on its own port."};
    program_options options;
    auto slow_ms = options.delays.slow.count();
    auto hang_ms = options.delays.hang.count();
    const std::map<std::string, durability> levels{
        {"full", durability::full}, {"normal", durability::normal}, {"off", durability::off}};

    app.add_option("--data", options.data, "Folder of the services' files; created when absent")
        ->required();
    app.add_option("--listen", options.listen, "Address to listen on")->capture_default_str();
    app.add_option("--ports-file", options.ports_file, "Write the services' URLs there, as JSON");
    app.add_option("--durability", options.commits, "What a commit survives: full, normal or off")
        ->transform(CLI::CheckedTransformer(levels, CLI::ignore_case));
    app.add_option("--slow-ms", slow_ms, "How late tok_slow is answered")
        ->check(CLI::Range(0, 600'000))
        ->capture_default_str();
    app.add_option("--hang-ms", hang_ms, "When tok_never_answers is cut off")
        ->check(CLI::Range(0, 600'000))
        ->capture_default_str();
    add_goods(app, options.goods);
    add_events(app, options.events);
    add_broken_rules(app);
    for (std::size_t position = 0; position < service_names.size(); ++position) {
        app.add_option(
            fmt::format("--{}-port", service_names[position]), options.ports[position],
            "Port of that service; 0: any free one"
        );
    }
    try {
        app.parse(count, words);
    } catch (const CLI::ParseError& wrong) {
        exit_code = app.exit(wrong) == 0 ? 0 : 2;
        return std::nullopt;
    }
    options.delays.slow = std::chrono::milliseconds{slow_ms};
    options.delays.hang = std::chrono::milliseconds{hang_ms};
    return options;
}

}  // namespace storefront
