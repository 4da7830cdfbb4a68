#include <fmt/format.h>
#include <CLI/CLI.hpp>

#include <memory>
#include <stdexcept>
#include <system_error>

#include "adapters/clock/clock.hpp"
#include "adapters/service.hpp"
#include "adapters/telemetry/log.hpp"
#include "cli/commands/commands.hpp"
#include "cli/configuration_flags.hpp"
#include "cli/kafka_use.hpp"
#include "cli/lane_stores.hpp"
#include "cli/store_failure.hpp"
#include "engine/assert.hpp"
#include "sagas/json/body_reading.hpp"
#include "sagas/registry.hpp"

namespace makegood::cli {

namespace {

configuration good_configuration(const configuration_flags& flags, console& out) {
    loaded_configuration loaded = load_configuration(flags);
    for (const configuration_problem& problem : loaded.problems)
        out.say(problem.text());
    if (loaded.problems.empty()) return std::move(loaded.settings);
    throw command_failure(
        errc::configuration_invalid,
        fmt::format("not started: {} problem(s) in the configuration", loaded.problems.size()),
        "makegood.example.toml documents every key; `makegood config check` tries one out"
    );
}

log_options log_options_of(const configuration& settings) {
    const auto level = parse_log_level(settings.log_level);
    ASSERT(level.has_value());
    if (settings.log_format == "json") return {*level, log_form::json};
    if (settings.log_format == "text") return {*level, log_form::readable};
    return {*level, log_form::automatic};
}

// A backend that is not configured is left out of the sagas.
checkout_settings checkout_settings_of(const configuration& settings) {
    checkout_settings checkout = settings.checkout;
    checkout.has_cart = !settings.backend("cart").url.empty();
    checkout.has_catalog = !settings.backend("catalog").url.empty();
    checkout.has_fulfillment = !settings.backend("fulfillment").url.empty();
    checkout.has_notification = !settings.backend("notification").url.empty();
    return checkout;
}

engine_options engine_options_of(const configuration& settings) {
    engine_options options{.retries = settings.retries};
    options.active_sagas_max = settings.active_sagas_max;
    // Each backend has its own limit below this one.
    options.attempt_time_max = duration{0};
    for (const backend_options& backend : settings.backends) {
        options.attempt_time_max = std::max(options.attempt_time_max, backend.call_time_max);
    }
    return options;
}

service_options service_options_of(const configuration& settings, const lane_stores& stores) {
    const auto where = split_listen_address(settings.listen);
    ASSERT(where.has_value());
    service_options options;
    options.address = where->first;
    options.port = where->second;
    options.lanes = stores.lanes();
    options.folder_id = stores.folder_id();
    for (const std::string_view name : backend_names) {
        const backend_options& backend = settings.backend(name);
        if (!backend.url.empty()) options.backends.emplace(name, backend);
    }
    options.engine = engine_options_of(settings);
    options.key_retention = settings.key_retention;
    if (settings.saga_retention > duration{0}) options.saga_retention = settings.saga_retention;
    options.event_retention = settings.events.retention;
    options.refused_events_file = settings.data + "/refused-events.jsonl";
    auto kafka = kafka_use_of(settings);
    if (!kafka) throw command_failure(errc::configuration_invalid, kafka.error().detail);
    options.publishing = std::move(kafka->publishing);
    options.commands = std::move(kafka->commands);
    options.shipments = std::move(kafka->shipments);
    if (options.commands) options.commands->refused_file = settings.data + "/refused-replies.jsonl";
    if (options.shipments) {
        options.shipments->refused_file = settings.data + "/refused-shipment-letters.jsonl";
    }
    options.engine.writes_outbox = settings.events.kept;
    options.event_streams_max = settings.events.streams_max;
    options.rate_limit = settings.rate_limit;
    options.drain = settings.drain;
    options.connections_max = settings.connections_max;
    options.reads_waiting_max = settings.reads_waiting_max;
    options.refuse_body = json::refuse_body;
    options.allow_fault_injection = settings.allow_fault_injection;
    return options;
}

std::string listen_hint(const std::error_code& code) {
    if (code == std::errc::address_in_use) {
        return "another server may run there: choose another with --listen HOST:PORT; port 0 takes "
               "any free one";
    }
    if (code == std::errc::permission_denied) {
        return "ports below 1024 are the system's: choose another with --listen HOST:PORT";
    }
    return "choose an address of this machine with --listen HOST:PORT; 0.0.0.0 is all of them";
}

std::unique_ptr<service> listening_service(
    const definition_registry& registry, service_options options
) {
    try {
        return std::make_unique<service>(registry, std::move(options));
    } catch (const std::system_error& problem) {
        throw command_failure(errc::listen_failed, problem.what(), listen_hint(problem.code()));
    } catch (const std::invalid_argument& problem) {
        throw command_failure(errc::configuration_invalid, problem.what());
    }
}

std::string ready_line(const configuration& settings, std::uint16_t port, std::uint64_t resumed) {
    const std::string host = settings.listen.substr(0, settings.listen.rfind(':'));
    return fmt::format(
        "makegood: http://{}:{} is ready, data in {}, {} saga{} resumed", host, port, settings.data,
        resumed, resumed == 1 ? "" : "s"
    );
}

// The program in the order of its making; destruction goes the other way round.
exit_code serve(const configuration_flags& flags, console& out) {
    const configuration settings = good_configuration(flags, out);
    open_log(log_options_of(settings));
    // What sagas mean: new checkouts take the settings, stored ones carry their own.
    const definition_registry registry = make_registry(checkout_settings_of(settings));
    // The folder's lock, and for every lane its writer and readers.
    lane_stores stores{settings, registry, out};
    // Listens, and accepts nothing before run().
    const std::unique_ptr<service> running =
        listening_service(registry, service_options_of(settings, stores));
    const int left = running->run([&](std::uint64_t resumed) {
        out.say(ready_line(settings, running->port(), resumed));
    });
    return left == 0 ? exit_code::done : exit_code_of(errc::failed);
}

}  // namespace

void declare_serve(CLI::App& root, chosen_command& chosen) {
    auto flags = std::make_shared<configuration_flags>();
    CLI::App* command = root.add_subcommand("serve", "Run the server until SIGTERM or SIGINT");
    command->group("Serving");
    add_configuration_flags(*command, *flags);
    command->callback([flags, &chosen] {
        chosen = [flags](console& out) { return serve(*flags, out); };
    });
}

}  // namespace makegood::cli
