#include "cli/event_publishing.hpp"

#include "engine/assert.hpp"

namespace makegood::cli {

result_or<std::optional<kafka::publisher_options>, kafka::settings_problem> publisher_options_of(
    const configuration& settings
) {
    const event_settings& wanted = settings.events;
    if (wanted.brokers.empty() && !wanted.file.empty()) {
        return kafka::settings_problem{
            "settings are given and no brokers, so no event would be kept: set brokers."};
    }
    if (wanted.brokers.empty()) return std::optional<kafka::publisher_options>{};
    kafka::publisher_options options;
    if (!wanted.file.empty()) {
        auto read = kafka::read_settings_file(wanted.file);
        if (!read) return read.error();
        options.settings = std::move(*read);
    }
    if (!options.settings.emplace("bootstrap.servers", wanted.brokers).second) {
        return kafka::settings_problem{
            wanted.file + " sets bootstrap.servers: remove it, brokers is the place for it."};
    }
    const auto tried = kafka::configuration_of(options.settings, kafka::client_role::producer);
    if (!tried) return tried.error();
    const auto mode = kafka::parse_content_mode(wanted.content_mode);
    ASSERT(mode.has_value());
    options.mode = *mode;
    options.topic = wanted.topic;
    return std::optional{std::move(options)};
}

}  // namespace makegood::cli
