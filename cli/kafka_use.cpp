#include "cli/kafka_use.hpp"

#include <string>
#include <utility>

#include "engine/assert.hpp"

namespace makegood::cli {

namespace {

using kafka::client_role;
using kafka::settings_map;
using kafka::settings_problem;

// One file for every client; what only one kind of client knows does not disturb the other.
result_or<settings_map, settings_problem> client_settings_of(const event_settings& wanted) {
    settings_map settings;
    if (!wanted.file.empty()) {
        auto read = kafka::read_settings_file(wanted.file);
        if (!read) return read.error();
        settings = std::move(*read);
    }
    if (!settings.emplace("bootstrap.servers", wanted.brokers).second) {
        return settings_problem{
            wanted.file + " sets bootstrap.servers: remove it, brokers is the place for it."};
    }
    return settings;
}

kafka::content_mode mode_of(const event_settings& wanted) {
    const auto mode = kafka::parse_content_mode(wanted.content_mode);
    ASSERT(mode.has_value());
    return *mode;
}

kafka::publisher_options publisher_options_of(const event_settings& wanted, settings_map settings) {
    kafka::publisher_options options;
    options.settings = std::move(settings);
    options.mode = mode_of(wanted);
    options.topic = wanted.topic;
    return options;
}

result_or<intake_options, settings_problem> intake_options_of(
    const event_settings& wanted, const settings_map& settings
) {
    intake_options options{
        .settings = settings, .replying = settings, .topic = wanted.commands_topic};
    if (!options.settings.emplace("group.id", wanted.commands_group).second) {
        return settings_problem{
            wanted.file + " sets group.id: remove it, commands_group is the place for it."};
    }
    for (const std::string& other :
         {wanted.topic, wanted.replies_topic, wanted.dead_letters_topic}) {
        if (other != wanted.commands_topic) continue;
        return settings_problem{
            "commands_topic is " + other + ", which this server writes to: choose another."};
    }
    const auto tried = kafka::configuration_of(options.settings, client_role::consumer);
    if (!tried) return tried.error();
    options.outbound = {
        .replies_topic = wanted.replies_topic,
        .dead_letters_topic = wanted.dead_letters_topic,
        .mode = mode_of(wanted)};
    return options;
}

}  // namespace

result_or<kafka_use, settings_problem> kafka_use_of(const configuration& settings) {
    const event_settings& wanted = settings.events;
    if (wanted.brokers.empty()) {
        if (wanted.file.empty() && wanted.commands_topic.empty()) return kafka_use{};
        const std::string given = wanted.file.empty() ? "commands_topic is" : "settings are";
        return settings_problem{
            given + " given and no brokers, so no event would be sent and no command read: set "
            "brokers."};
    }
    if (!wanted.kept) {
        return settings_problem{
            "brokers are given, and [events] keep = false leaves nothing to send them: set it to "
            "true, or remove brokers."};
    }
    auto client_settings = client_settings_of(wanted);
    if (!client_settings) return client_settings.error();
    const auto tried = kafka::configuration_of(*client_settings, client_role::producer);
    if (!tried) return tried.error();
    kafka_use use;
    if (!wanted.commands_topic.empty()) {
        auto commands = intake_options_of(wanted, *client_settings);
        if (!commands) return commands.error();
        use.commands = std::move(*commands);
    }
    use.publishing = publisher_options_of(wanted, std::move(*client_settings));
    return use;
}

}  // namespace makegood::cli
