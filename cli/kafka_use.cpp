#include "cli/kafka_use.hpp"

#include <string>
#include <string_view>
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

// What is read of a topic, by whom, and where what cannot be read goes.
struct wanted_intake {
    std::string_view key;  // of the topic, for people
    std::string topic;
    std::string group;
    std::string replies_topic;  // empty: there are none
    std::string dead_letters_topic;
};

result_or<intake_options, settings_problem> intake_options_of(
    const event_settings& all, const wanted_intake& wanted, const settings_map& settings
) {
    intake_options options{.settings = settings, .replying = settings, .topic = wanted.topic};
    if (!options.settings.emplace("group.id", wanted.group).second) {
        return settings_problem{
            all.file + " sets group.id: remove it, commands_group is the place for it."};
    }
    for (const std::string& other :
         {all.topic, all.replies_topic, all.dead_letters_topic,
          all.fulfillment_dead_letters_topic}) {
        if (other != wanted.topic) continue;
        return settings_problem{
            std::string(wanted.key) + " is " + other
            + ", which this server writes to: choose another."};
    }
    if (const auto wrong = kafka::problem_of_client(options.settings, client_role::consumer)) {
        return *wrong;
    }
    options.unfinished_max = all.commands_unfinished_max;
    options.outbound = {
        .replies_topic = wanted.replies_topic,
        .dead_letters_topic = wanted.dead_letters_topic,
        .mode = mode_of(all)};
    return options;
}

result_or<intake_options, settings_problem> commands_of(
    const event_settings& all, const settings_map& settings
) {
    return intake_options_of(
        all,
        {.key = "commands_topic",
         .topic = all.commands_topic,
         .group = all.commands_group,
         .replies_topic = all.replies_topic,
         .dead_letters_topic = all.dead_letters_topic},
        settings
    );
}

// Members of one group must read the same topics: these are another one.
result_or<intake_options, settings_problem> shipments_of(
    const event_settings& all, const settings_map& settings
) {
    return intake_options_of(
        all,
        {.key = "fulfillment_topic",
         .topic = all.fulfillment_topic,
         .group = all.commands_group + "-fulfillment",
         .replies_topic = {},
         .dead_letters_topic = all.fulfillment_dead_letters_topic},
        settings
    );
}

// Which of the settings that need brokers is there; empty when none is.
std::string given_without_brokers(const event_settings& wanted) {
    if (!wanted.file.empty()) return "settings are";
    if (!wanted.commands_topic.empty()) return "commands_topic is";
    return wanted.fulfillment_topic.empty() ? "" : "fulfillment_topic is";
}

}  // namespace

result_or<kafka_use, settings_problem> kafka_use_of(const configuration& settings) {
    const event_settings& wanted = settings.events;
    if (wanted.brokers.empty()) {
        const std::string given = given_without_brokers(wanted);
        if (given.empty()) return kafka_use{};
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
    if (!wanted.commands_topic.empty() && wanted.commands_topic == wanted.fulfillment_topic) {
        return settings_problem{
            "commands_topic and fulfillment_topic are the same: each reader would take the other's "
            "messages for bad ones; choose two."};
    }
    if (const auto wrong = kafka::problem_of_client(*client_settings, client_role::producer)) {
        return *wrong;
    }
    kafka_use use;
    if (!wanted.commands_topic.empty()) {
        auto commands = commands_of(wanted, *client_settings);
        if (!commands) return commands.error();
        use.commands = std::move(*commands);
    }
    if (!wanted.fulfillment_topic.empty()) {
        auto shipments = shipments_of(wanted, *client_settings);
        if (!shipments) return shipments.error();
        use.shipments = std::move(*shipments);
    }
    use.publishing = publisher_options_of(wanted, std::move(*client_settings));
    return use;
}

}  // namespace makegood::cli
