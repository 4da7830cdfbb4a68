#include "adapters/kafka/settings.hpp"

#include <librdkafka/rdkafka.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <fstream>
#include <optional>
#include <span>
#include <string_view>

#include "engine/assert.hpp"

namespace makegood::kafka {
namespace {

struct setting {
    const char* name;
    const char* value;
};

// What order and delivery stand on, and so nobody else's to set.
constexpr std::array producer_guarantees{
    setting{"enable.idempotence", "true"},
    setting{"acks", "all"},
    // A message that fails stops the ones behind it: we decide whether it may be passed.
    setting{"enable.gapless.guarantee", "true"},
    setting{"message.timeout.ms", "0"},  // none: retried for ever
    // A topic that is not there yet is waited for.
    setting{"topic.metadata.propagation.max.ms", "3600000"},
    // Our own queue is the bounded one; two bounds would be one too many to explain.
    setting{"queue.buffering.max.messages", "0"},
    setting{"queue.buffering.max.kbytes", "2147483647"},
    setting{"log.queue", "true"},
};
// Other names and neighbours of those.
constexpr std::array producer_reserved{
    "request.required.acks",      "delivery.timeout.ms", "retries",
    "message.send.max.retries",   "transactional.id",    "queuing.strategy",
    "delivery.report.only.error",
};
constexpr std::array producer_defaults{
    setting{"client.id", "makegood"},
    // With more of them librdkafka 2.0 polls without a pause while they are under way: a fifth of a
    // core. One carries up to a batch of a partition, so that none waits for long.
    setting{"max.in.flight.requests.per.connection", "1"},
    setting{"linger.ms", "5"},  // fewer and larger requests, for the broker
    setting{
        "partitioner", "murmur2_random"},  // the Java clients': equal keys meet in one partition
    setting{"statistics.interval.ms", "5000"},
};

constexpr std::array consumer_guarantees{
    setting{"enable.auto.commit", "false"},
    setting{"enable.auto.offset.store", "false"},
    setting{"enable.partition.eof", "false"},
    setting{"log.queue", "true"},
};
constexpr std::array consumer_reserved{"max.poll.interval.ms"};
constexpr std::array consumer_defaults{
    setting{"client.id", "makegood"},
    setting{"auto.offset.reset", "earliest"},       // a new group misses nothing
    setting{"session.timeout.ms", "10000"},         // how long an end waits for a dead broker
    setting{"queued.max.messages.kbytes", "4096"},  // what waits, waits in Kafka
};

struct rules {
    std::span<const setting> guarantees;
    std::span<const char* const> reserved;
    std::span<const setting> defaults;
    std::span<const char* const> required;
};
constexpr std::array producer_required{"bootstrap.servers"};
constexpr std::array consumer_required{"bootstrap.servers", "group.id"};

rules rules_of(client_role role) {
    if (role == client_role::producer) {
        return {producer_guarantees, producer_reserved, producer_defaults, producer_required};
    }
    return {consumer_guarantees, consumer_reserved, consumer_defaults, consumer_required};
}

// Of these no message may repeat the value.
bool is_secret(std::string_view name) {
    constexpr std::array<std::string_view, 5> words{
        "password", "secret", "pem", "key", "oauthbearer"};
    return std::ranges::any_of(words, [&](std::string_view word) {
        return name.find(word) != std::string_view::npos;
    });
}

std::string_view trimmed(std::string_view text) {
    constexpr std::string_view blanks = " \t\r";
    const std::size_t begin = text.find_first_not_of(blanks);
    if (begin == std::string_view::npos) return {};
    return text.substr(begin, text.find_last_not_of(blanks) - begin + 1);
}

std::string quoted(std::string_view name) {
    return std::string("Kafka setting '").append(name).append("'");
}

std::optional<settings_problem> missing(const settings_map& settings, const rules& known) {
    for (const char* name : known.required) {
        const auto found = settings.find(name);
        if (found == settings.end() || found->second.empty()) {
            return settings_problem{quoted(name) + " is missing: set it."};
        }
    }
    return {};
}

std::optional<settings_problem> touches_guarantee(const std::string& name, const rules& known) {
    const bool is_ours =
        std::ranges::find(known.guarantees, name, &setting::name) != known.guarantees.end()
        || std::ranges::find(known.reserved, name) != known.reserved.end();
    if (!is_ours) return {};
    return settings_problem{
        quoted(name) + " may not be set: order and delivery depend on it. Leave it out."};
}

// Equal keys have to meet in one partition.
std::optional<settings_problem> breaks_order(const std::string& name, const std::string& value) {
    if (name != "partitioner" || value != "random") return {};
    return settings_problem{
        quoted(name) + " may not be 'random': it does not look at keys, and order per key depends "
        "on it. Use murmur2_random, consistent_random or fnv1a_random."};
}

std::optional<settings_problem> refusal_of(
    rd_kafka_conf_t& conf, const std::string& name, const std::string& value
) {
    std::array<char, 512> why{};
    const rd_kafka_conf_res_t outcome =
        rd_kafka_conf_set(&conf, name.c_str(), value.c_str(), why.data(), why.size());
    if (outcome == RD_KAFKA_CONF_OK) return {};
    if (outcome == RD_KAFKA_CONF_UNKNOWN) {
        return settings_problem{
            quoted(name) + " is not known to librdkafka " + rd_kafka_version_str()
            + ": correct its name, or leave it out."};
    }
    const std::string said =
        is_secret(name) ? "its value is not valid" : std::string(why.data()) + " (" + value + ")";
    return settings_problem{quoted(name) + " is refused: " + said + ". Correct its value."};
}

std::string without_full_stop(std::string_view sentence) {
    while (!sentence.empty() && (sentence.back() == '.' || sentence.back() == ' '))
        sentence.remove_suffix(1);
    return std::string(sentence);
}

}  // namespace

void configuration_deleter::operator()(rd_kafka_conf_s* configuration) const noexcept {
    rd_kafka_conf_destroy(configuration);
}

void set(rd_kafka_conf_s& configuration, const char* name, const std::string& value) {
    const rd_kafka_conf_res_t outcome =
        rd_kafka_conf_set(&configuration, name, value.c_str(), nullptr, 0);
    ASSERT(outcome == RD_KAFKA_CONF_OK);
}

result_or<client_configuration, settings_problem> configuration_of(
    const settings_map& settings, client_role role
) {
    const rules known = rules_of(role);
    if (auto problem = missing(settings, known)) return *problem;
    client_configuration made(rd_kafka_conf_new());
    for (const setting& each : known.defaults)
        set(*made, each.name, each.value);
    for (const auto& [name, value] : settings) {
        if (auto problem = touches_guarantee(name, known)) return *problem;
        if (auto problem = breaks_order(name, value)) return *problem;
        if (auto problem = refusal_of(*made, name, value)) return *problem;
    }
    for (const setting& each : known.guarantees)
        set(*made, each.name, each.value);
    return made;
}

std::optional<settings_problem> problem_of_client(const settings_map& settings, client_role role) {
    auto configured = configuration_of(settings, role);
    if (!configured) return configured.error();
    rd_kafka_conf_t* conf = configured->get();
    const auto forgotten =
        rd_kafka_conf_set(conf, "bootstrap.servers", nullptr, nullptr, 0);  // so it asks nobody
    ASSERT(forgotten == RD_KAFKA_CONF_OK);
    const rd_kafka_type_t type =
        role == client_role::producer ? RD_KAFKA_PRODUCER : RD_KAFKA_CONSUMER;
    std::array<char, 512> why{};
    rd_kafka_t* client = rd_kafka_new(type, conf, why.data(), why.size());
    if (client == nullptr) return client_problem(why.data());
    static_cast<void>(configured->release());  // the client's now
    rd_kafka_destroy_flags(client, RD_KAFKA_DESTROY_F_NO_CONSUMER_CLOSE);
    return {};
}

result_or<settings_map, settings_problem> read_settings_file(const std::string& file) {
    std::ifstream in(file);
    if (!in)
        return settings_problem{file + " cannot be read: correct the path or its permissions."};
    settings_map settings;
    std::size_t number = 0;
    for (std::string line; std::getline(in, line);) {
        ++number;
        const std::string_view text = trimmed(line);
        if (text.empty() || text.front() == '#') continue;
        const std::size_t equals = text.find('=');
        const std::string name(trimmed(text.substr(0, equals)));
        if (equals == std::string_view::npos || name.empty()) {
            return settings_problem{
                file + ", line " + std::to_string(number) + ": write `name = value`."};
        }
        if (!settings.emplace(name, trimmed(text.substr(equals + 1))).second) {
            return settings_problem{file + " sets " + quoted(name) + " twice: leave one."};
        }
    }
    return settings;
}

settings_problem client_problem(std::string_view reason) {
    return {
        "Kafka's settings do not fit together: " + without_full_stop(reason) + ". Correct them."};
}

}  // namespace makegood::kafka
