#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "adapters/participants/backend_options.hpp"
#include "adapters/service.hpp"
#include "engine/limits.hpp"
#include "engine/retry_policy.hpp"
#include "engine/time.hpp"
#include "sagas/checkout/settings.hpp"

namespace makegood::cli {

// The backends that a checkout can call, by the names that definitions use.
inline constexpr std::array<std::string_view, 7> backend_names{
    "cart", "catalog", "inventory", "payment", "order", "fulfillment", "notification"};

// Whether the events of sagas are kept, where they go, and where commands come from.
struct event_settings {
    bool kept = true;
    std::string brokers;  // of Kafka; empty: they are not sent
    std::string file;     // of further settings of its client; may be empty
    std::string topic = "checkout.events";
    std::string content_mode = "structured";
    std::string commands_topic;  // empty: no commands are read
    std::string commands_group = "makegood";
    std::string replies_topic = "checkout.replies";
    std::string dead_letters_topic = "checkout.commands.dlq";
    std::string fulfillment_topic;  // empty: no word of parcels is read
    std::string fulfillment_dead_letters_topic = "fulfillment.events.dlq";
    duration retention = std::chrono::minutes{15};  // after the commit and the sending
    std::size_t streams_max = 64;                   // that read them, of one lane
    std::size_t commands_unfinished_max = 1'000;    // of one topic, in memory
};

// Everything that `serve` can be told, with its defaults: those of makegood.example.toml. A value
// type. Filled from a file first and from flags after it; nothing else changes it.
struct configuration {
    std::string listen = "127.0.0.1:8700";
    std::string data = "makegood-data";
    std::uint32_t lanes = 1;
    drain_options drain;
    bool allow_fault_injection = false;
    std::array<backend_options, backend_names.size()> backends;  // an empty url: not configured

    checkout_settings checkout;  // without has_…: those follow from the backends

    retry_policies retries;
    duration key_retention = std::chrono::hours{24};
    duration saga_retention{0};  // of ended sagas; 0: they are kept for ever
    bool archives = true;        // what is dropped after it
    event_settings events;
    std::size_t active_sagas_max = limits::active_sagas_max;
    std::size_t connections_max = 4096;
    std::size_t reads_waiting_max = 1024;
    start_rate_limit rate_limit;

    std::string log_level = "info";
    std::string log_format = "auto";

    // Asserts that `name` is one of backend_names.
    [[nodiscard]] const backend_options& backend(std::string_view name) const;
};

// One thing that is wrong with a configuration, and where.
struct configuration_problem {
    std::string source;      // the file, or the flag
    std::uint32_t line = 0;  // 0: the source has no lines
    std::uint32_t column = 0;
    std::string key = {};  // which is about; empty when the text is no TOML at all
    std::string detail;    // what is wrong, what was expected, what may have been meant

    // `makegood.toml:3:1: unknown key "datas" (did you mean "data"?)`.
    [[nodiscard]] std::string text() const;
};

using configuration_problems = std::vector<configuration_problem>;

// Reads TOML into `into`. Returns everything that is wrong with it; what is right is set all the
// same.
[[nodiscard]] configuration_problems read_configuration_text(
    std::string_view toml, const std::string& source, configuration& into
);
// The same from a file; the path of another that it names counts from its folder. Throws
// command_failure(not_found) when there is none and (failed) when it cannot be read.
[[nodiscard]] configuration_problems read_configuration_file(
    const std::string& path, configuration& into
);

// A key that a flag sets: `{"checkout.reservation_ttl", "15m", "--reservation-ttl"}`.
struct configuration_override {
    std::string key;
    std::string value;
    std::string flag;
};
[[nodiscard]] configuration_problems apply_overrides(
    std::span<const configuration_override> overrides, configuration& into
);

// What contradicts itself or is missing although every single value is good: `serve` does not start
// with any of these.
[[nodiscard]] configuration_problems check_whole(
    const configuration& settings, const std::string& source
);

// `127.0.0.1:8700` or `[::1]:8700`, split; nothing when it is neither. Port 0 means any free one.
[[nodiscard]] std::optional<std::pair<std::string, std::uint16_t>> split_listen_address(
    std::string_view text
);

}  // namespace makegood::cli
