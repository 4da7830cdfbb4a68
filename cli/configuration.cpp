#include "cli/configuration.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <utility>

#include "cli/configuration_keys.hpp"
#include "cli/configuration_toml.hpp"
#include "cli/duration_text.hpp"
#include "cli/exit_code.hpp"
#include "cli/kafka_use.hpp"
#include "cli/near_miss.hpp"
#include "engine/assert.hpp"

namespace makegood::cli {

namespace {

constexpr std::size_t file_bytes_max = 1024 * 1024;

std::string read_whole_file(const std::string& path) {
    std::ifstream file{path, std::ios::binary};
    if (!file) {
        throw command_failure(
            errc::not_found, fmt::format("{}: there is no such file, or it may not be read", path),
            "makegood.example.toml documents every key; copy it and change what you need"
        );
    }
    std::string text(file_bytes_max + 1, '\0');
    file.read(text.data(), static_cast<std::streamsize>(text.size()));
    text.resize(static_cast<std::size_t>(file.gcount()));
    if (file.bad() || text.size() > file_bytes_max) {
        throw command_failure(
            errc::configuration_invalid,
            fmt::format("{}: not a file of at most {} bytes", path, file_bytes_max)
        );
    }
    return text;
}

// Assigns one value, or says why not.
std::optional<std::string> assign(
    const configuration_key& key, const key_value& value, configuration& into
) {
    if (key.assign(into, value)) return std::nullopt;
    return fmt::format("{} has to be {}", key.name, key.expects);
}

configuration_problem missing_backend(std::string_view name, const std::string& source) {
    return {
        .source = source,
        .key = fmt::format("backends.{}.url", name),
        .detail = fmt::format(
            "the {0} backend is not configured: give --{0} URL, or url in [backends.{0}]", name
        )};
}

}  // namespace

const backend_options& configuration::backend(std::string_view name) const {
    const auto found = std::find(backend_names.begin(), backend_names.end(), name);
    ASSERT(found != backend_names.end());
    return backends[static_cast<std::size_t>(found - backend_names.begin())];
}

std::string configuration_problem::text() const {
    if (line == 0) return fmt::format("{}: {}", source, detail);
    return fmt::format("{}:{}:{}: {}", source, line, column, detail);
}

configuration_problems read_configuration_text(
    std::string_view toml, const std::string& source, configuration& into
) {
    toml_document document = parse_toml(toml, source);
    for (const toml_entry& entry : document.entries) {
        const configuration_key* key = find_configuration_key(entry.key);
        if (key == nullptr) {
            document.problems.push_back(entry.problem(fmt::format(
                "unknown key \"{}\"{}", entry.key,
                did_you_mean(entry.key, configuration_key_names())
            )));
            continue;
        }
        const auto value = entry.value_for(key->kind);
        if (!value) {
            document.problems.push_back(entry.problem(
                fmt::format("{} has to be {}, not {}", key->name, key->expects, entry.found)
            ));
        } else if (const auto complaint = assign(*key, *value, into)) {
            document.problems.push_back(
                entry.problem(fmt::format("{}, not {}", *complaint, entry.found))
            );
        }
    }
    return document.problems;
}

configuration_problems read_configuration_file(const std::string& path, configuration& into) {
    const std::string before = std::exchange(into.events.file, {});
    configuration_problems problems = read_configuration_text(read_whole_file(path), path, into);
    // A file that this one names lies beside it, wherever the server is started.
    std::string& named = into.events.file;
    named =
        named.empty() ? before : (std::filesystem::absolute(path).parent_path() / named).string();
    return problems;
}

configuration_problems apply_overrides(
    std::span<const configuration_override> overrides, configuration& into
) {
    configuration_problems problems;
    for (const configuration_override& given : overrides) {
        const configuration_key* key = find_configuration_key(given.key);
        ASSERT(key != nullptr);
        const auto value = parse_key_value(*key, given.value);
        if (value && key->assign(into, *value)) continue;
        problems.push_back(
            {.source = given.flag,
             .key = given.key,
             .detail = fmt::format("has to be {}, not \"{}\"", key->expects, given.value)}
        );
    }
    return problems;
}

configuration_problems check_whole(const configuration& settings, const std::string& source) {
    configuration_problems problems;
    for (const std::string_view name : {"inventory", "payment", "order"}) {
        if (settings.backend(name).url.empty()) problems.push_back(missing_backend(name, source));
    }
    const auto demand = [&](bool holds, std::string detail) {
        if (!holds) problems.push_back({.source = source, .detail = std::move(detail)});
    };
    const auto demand_delays = [&](std::string_view table, const retry_policy& policy) {
        demand(
            policy.first_delay <= policy.delay_max,
            fmt::format(
                "[retry.{}] first_delay ({}) is longer than delay_max ({})", table,
                format_duration(policy.first_delay), format_duration(policy.delay_max)
            )
        );
    };
    demand_delays("forward", settings.retries.forward);
    demand_delays("persistent", settings.retries.persistent);
    for (std::size_t position = 0; position < backend_names.size(); ++position) {
        const breaker_options& breaker = settings.backends[position].breaker;
        const std::string_view name = backend_names[position];
        demand(
            breaker.open_time <= breaker.open_time_max,
            fmt::format("[backends.{}.breaker] open_time is longer than open_time_max", name)
        );
        demand(
            breaker.failures_in_sample_max <= breaker.sample_calls,
            fmt::format(
                "[backends.{}.breaker] failures_in_sample is larger than sample_calls", name
            )
        );
    }
    const checkout_settings& checkout = settings.checkout;
    demand(
        !checkout.track_shipments || checkout.fulfilment_enabled,
        "[checkout] track_shipments needs fulfilment = true: without it nothing is shipped here"
    );
    demand(
        !checkout.track_shipments || !settings.backend("fulfillment").url.empty(),
        "[checkout] track_shipments needs the fulfillment backend: give --fulfillment URL, or url "
        "in [backends.fulfillment]"
    );
    demand(
        checkout.track_shipments || settings.events.fulfillment_topic.empty(),
        "[kafka] fulfillment_topic needs [checkout] track_shipments = true: without it no "
        "fulfilment waits for its parcel"
    );
    const auto use = kafka_use_of(settings);
    if (!use) demand(false, "[kafka] " + use.error().detail);
    return problems;
}

std::optional<std::pair<std::string, std::uint16_t>> split_listen_address(std::string_view text) {
    const std::size_t colon = text.rfind(':');
    if (colon == std::string_view::npos || colon == 0) return std::nullopt;
    std::string_view host = text.substr(0, colon);
    const std::string_view digits = text.substr(colon + 1);
    std::uint16_t port = 0;
    const char* const end = digits.data() + digits.size();
    const auto [rest, problem] = std::from_chars(digits.data(), end, port);
    if (problem != std::errc{} || rest != end) return std::nullopt;
    const bool bracketed = host.starts_with('[') && host.ends_with(']') && host.size() > 2;
    if (bracketed) {
        host = host.substr(1, host.size() - 2);
    } else if (host.find_first_of(":[]/ ") != std::string_view::npos) {
        return std::nullopt;
    }
    return std::pair{std::string{host}, port};
}

}  // namespace makegood::cli
