#include "cli/configuration_keys.hpp"

#include <fmt/format.h>

#include <charconv>
#include <stdexcept>

#include "adapters/http/client.hpp"
#include "cli/configuration_key_kinds.hpp"
#include "statestore/data_folder.hpp"

namespace makegood::cli {

namespace {

using keys = std::vector<configuration_key>;

constexpr duration one_day = std::chrono::hours{24};
constexpr duration_range delays{duration{1}, one_day};
constexpr integer_range counts{1, 1'000'000};
constexpr std::int64_t lanes_max = statestore::stores_max;  // a lane has a store of its own

bool is_backend_url(std::string_view text) {
    try {
        static_cast<void>(http::origin::parse(text));
        return true;
    } catch (const std::invalid_argument&) {
        return false;
    }
}

void add_backend(keys& all, std::size_t position) {
    const std::string table = fmt::format("backends.{}.", backend_names[position]);
    const auto at = [position](configuration& settings) -> backend_options& {
        return settings.backends[position];
    };
    add_text(
        all, table + "url", {"an address such as \"http://10.0.0.5:8080/base\"", is_backend_url},
        [at](configuration& settings) -> std::string& { return at(settings).url; }
    );
    all.back().has_default = false;
    add_duration(
        all, table + "connect_timeout", delays,
        [at](configuration& settings) -> duration& { return at(settings).connect_time_max; }
    );
    add_duration(all, table + "call_timeout", delays, [at](configuration& settings) -> duration& {
        return at(settings).call_time_max;
    });
    add_integer<std::size_t>(
        all, table + "connections", {1, 10'000},
        [at](configuration& settings) -> std::size_t& { return at(settings).connections_max; }
    );
    add_integer<std::size_t>(
        all, table + "calls_waiting", counts,
        [at](configuration& settings) -> std::size_t& { return at(settings).calls_waiting_max; }
    );
    add_integer<std::size_t>(
        all, table + "answer_bytes", {1'024, 16 * 1'024 * 1'024},
        [at](configuration& settings) -> std::size_t& { return at(settings).answer_bytes_max; }
    );
}

void add_breaker(keys& all, std::size_t position) {
    const std::string table = fmt::format("backends.{}.breaker.", backend_names[position]);
    const auto at = [position](configuration& settings) -> breaker_options& {
        return settings.backends[position].breaker;
    };
    const auto add_count = [&](std::string_view name, std::uint32_t breaker_options::*member) {
        add_integer<std::uint32_t>(
            all, table + std::string{name}, counts,
            [at, member](configuration& settings) -> std::uint32_t& { return at(settings).*member; }
        );
    };
    const auto add_time = [&](std::string_view name, duration breaker_options::*member) {
        add_duration(
            all, table + std::string{name}, delays,
            [at, member](configuration& settings) -> duration& { return at(settings).*member; }
        );
    };
    add_count("failures_in_a_row", &breaker_options::failures_in_a_row_max);
    add_count("sample_calls", &breaker_options::sample_calls);
    add_count("failures_in_sample", &breaker_options::failures_in_sample_max);
    add_time("open_time", &breaker_options::open_time);
    add_time("open_time_max", &breaker_options::open_time_max);
}

void add_process(keys& all) {
    add_text(
        all, "listen",
        {"a host and a port such as \"127.0.0.1:8700\"",
         [](std::string_view text) { return split_listen_address(text).has_value(); }},
        [](configuration& settings) -> std::string& { return settings.listen; }
    );
    add_text(
        all, "data", {"the path of a folder", [](std::string_view text) { return !text.empty(); }},
        [](configuration& settings) -> std::string& { return settings.data; }
    );
    add_integer<std::uint32_t>(
        all, "lanes", {1, lanes_max},
        [](configuration& settings) -> std::uint32_t& { return settings.lanes; }
    );
    add_duration(
        all, "drain_notice", {duration{0}, one_day},
        [](configuration& settings) -> duration& { return settings.drain.notice; }
    );
    add_duration(
        all, "drain_patience", {duration{0}, one_day},
        [](configuration& settings) -> duration& { return settings.drain.patience; }
    );
    add_boolean(all, "allow_fault_injection", [](configuration& settings) -> bool& {
        return settings.allow_fault_injection;
    });
}

void add_checkout(keys& all) {
    add_duration(
        all, "checkout.reservation_ttl", {duration{1'000}, one_day},
        [](configuration& settings) -> duration& { return settings.checkout.reservation_ttl; }
    );
    add_duration(
        all, "checkout.deadline", {duration{1'000}, 7 * one_day},
        [](configuration& settings) -> duration& { return settings.checkout.deadline; }
    );
    add_boolean(all, "checkout.fulfilment", [](configuration& settings) -> bool& {
        return settings.checkout.fulfilment_enabled;
    });
    add_boolean(all, "checkout.track_shipments", [](configuration& settings) -> bool& {
        return settings.checkout.track_shipments;
    });
    add_duration(
        all, "checkout.delivery_deadline", {duration{1'000}, 365 * one_day},
        [](configuration& settings) -> duration& { return settings.checkout.delivery_deadline; }
    );
}

void add_forward_retry(keys& all) {
    const auto at = [](configuration& settings) -> retry_policy& {
        return settings.retries.forward;
    };
    add_duration(
        all, "retry.forward.first_delay", delays,
        [at](configuration& settings) -> duration& { return at(settings).first_delay; }
    );
    add_duration(
        all, "retry.forward.delay_max", delays,
        [at](configuration& settings) -> duration& { return at(settings).delay_max; }
    );
    add_duration(all, "retry.forward.budget", delays, [at](configuration& settings) -> duration& {
        return at(settings).budget;
    });
    add_integer<std::uint32_t>(
        all, "retry.forward.attempts_max", {1, 1'000},
        [at](configuration& settings) -> std::uint32_t& { return at(settings).attempts_max; }
    );
}

void add_persistent_retry(keys& all) {
    const auto add_time = [&](std::string name, duration retry_policy::*member) {
        add_duration(all, std::move(name), delays, [member](configuration& settings) -> duration& {
            return settings.retries.persistent.*member;
        });
    };
    add_time("retry.persistent.first_delay", &retry_policy::first_delay);
    add_time("retry.persistent.delay_max", &retry_policy::delay_max);
    add_integer<std::uint32_t>(
        all, "retry.persistent.parks_after", {1, 10'000},
        [](configuration& settings) -> std::uint32_t& {
            return settings.retries.persistent.parks_after;
        }
    );
    add_time("retry.persistent.parks_after_time", &retry_policy::parks_after_time);
    add_time("retry.persistent.parked_delay", &retry_policy::parked_delay);
}

void add_limits(keys& all) {
    add_duration(
        all, "idempotency.retention", {one_day, 365 * one_day},
        [](configuration& settings) -> duration& { return settings.key_retention; }
    );
    add_duration(
        all, "retention.ended", {duration{0}, 3'650 * one_day},
        [](configuration& settings) -> duration& { return settings.saga_retention; }
    );
    add_boolean(all, "retention.archive", [](configuration& settings) -> bool& {
        return settings.archives;
    });
    add_duration(
        all, "retention.events", {duration{1'000}, 30 * one_day},
        [](configuration& settings) -> duration& { return settings.events.retention; }
    );
    add_integer<std::size_t>(
        all, "limits.active_sagas", {1, 10'000'000},
        [](configuration& settings) -> std::size_t& { return settings.active_sagas_max; }
    );
    add_integer<std::size_t>(
        all, "limits.connections", counts,
        [](configuration& settings) -> std::size_t& { return settings.connections_max; }
    );
    add_integer<std::size_t>(
        all, "limits.reads_waiting", counts,
        [](configuration& settings) -> std::size_t& { return settings.reads_waiting_max; }
    );
    add_integer<std::size_t>(
        all, "limits.event_streams", counts,
        [](configuration& settings) -> std::size_t& { return settings.events.streams_max; }
    );
    add_integer<std::size_t>(
        all, "limits.commands_unfinished", counts,
        [](configuration& settings) -> std::size_t& {
            return settings.events.commands_unfinished_max;
        }
    );
    add_number(all, "rate_limit.per_second", [](configuration& settings) -> double& {
        return settings.rate_limit.per_second;
    });
    add_number(all, "rate_limit.burst", [](configuration& settings) -> double& {
        return settings.rate_limit.burst;
    });
}

// As brokers take it: events for another name would be refused for ever.
bool is_topic(std::string_view text) {
    constexpr std::string_view allowed =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._-";
    return !text.empty() && text.size() <= 249 && text != "." && text != ".."
           && text.find_first_not_of(allowed) == std::string_view::npos;
}

void add_events(keys& all) {
    add_boolean(all, "events.keep", [](configuration& settings) -> bool& {
        return settings.events.kept;
    });
}

void add_kafka(keys& all) {
    const auto add = [&](const char* name, text_rule rule, std::string event_settings::*member) {
        add_text(all, name, std::move(rule), [member](configuration& settings) -> std::string& {
            return settings.events.*member;
        });
    };
    const auto is_set = [](std::string_view text) { return !text.empty(); };
    add("kafka.brokers", {"addresses such as \"10.0.0.7:9092,10.0.0.8:9092\"", is_set},
        &event_settings::brokers);
    all.back().has_default = false;
    add("kafka.settings", {"the path of a file", is_set}, &event_settings::file);
    all.back().has_default = false;
    const text_rule topic{"the name of a topic: up to 249 of A-Z a-z 0-9 . _ -", is_topic};
    add("kafka.events_topic", topic, &event_settings::topic);
    add("kafka.content_mode", one_of({"structured", "binary"}), &event_settings::content_mode);
    add("kafka.commands_topic", topic, &event_settings::commands_topic);
    all.back().has_default = false;
    add("kafka.commands_group", {"the name of a group of consumers", is_set},
        &event_settings::commands_group);
    add("kafka.replies_topic", topic, &event_settings::replies_topic);
    add("kafka.dead_letters_topic", topic, &event_settings::dead_letters_topic);
    add("kafka.fulfillment_topic", topic, &event_settings::fulfillment_topic);
    all.back().has_default = false;
    add("kafka.fulfillment_dead_letters_topic", topic,
        &event_settings::fulfillment_dead_letters_topic);
}

void add_log(keys& all) {
    add_text(
        all, "log.level", one_of({"debug", "info", "warning", "error", "silent"}),
        [](configuration& settings) -> std::string& { return settings.log_level; }
    );
    add_text(
        all, "log.format", one_of({"auto", "text", "json"}),
        [](configuration& settings) -> std::string& { return settings.log_format; }
    );
}

keys make_keys() {
    keys all;
    add_process(all);
    for (std::size_t position = 0; position < backend_names.size(); ++position) {
        add_backend(all, position);
        add_breaker(all, position);
    }
    add_checkout(all);
    add_forward_retry(all);
    add_persistent_retry(all);
    add_limits(all);
    add_events(all);
    add_kafka(all);
    add_log(all);
    return all;
}

template <class Number>
std::optional<key_value> parse_number(std::string_view text) {
    Number number{};
    const char* const end = text.data() + text.size();
    const auto [rest, problem] = std::from_chars(text.data(), end, number);
    if (problem != std::errc{} || rest != end) return std::nullopt;
    return key_value{number};
}

}  // namespace

const std::vector<configuration_key>& configuration_keys() {
    static const keys all = make_keys();
    return all;
}

const configuration_key* find_configuration_key(std::string_view name) {
    for (const configuration_key& key : configuration_keys()) {
        if (key.name == name) return &key;
    }
    return nullptr;
}

const std::vector<std::string>& configuration_key_names() {
    static const std::vector<std::string> names = [] {
        std::vector<std::string> listed;
        for (const configuration_key& key : configuration_keys())
            listed.push_back(key.name);
        return listed;
    }();
    return names;
}

std::optional<key_value> parse_key_value(const configuration_key& key, std::string_view text) {
    switch (key.kind) {
        case value_kind::text: return key_value{std::string{text}};
        case value_kind::integer: return parse_number<std::int64_t>(text);
        case value_kind::number: return parse_number<double>(text);
        case value_kind::boolean: break;
    }
    if (text == "true") return key_value{true};
    if (text == "false") return key_value{false};
    return std::nullopt;
}

}  // namespace makegood::cli
