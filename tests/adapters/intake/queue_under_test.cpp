#include "tests/adapters/intake/queue_under_test.hpp"

#include <algorithm>
#include <boost/json/parse.hpp>
#include <catch2/catch.hpp>
#include <utility>

#include "adapters/kafka/event_message.hpp"
#include "tests/adapters/kafka/awaited.hpp"

namespace makegood::test {

namespace {

const std::string commands = "checkout.commands";
const std::string replies = "checkout.replies";
const std::string dead_letters = "checkout.commands.dlq";
const std::string group = "makegood";

}  // namespace

queue_under_test::queue_under_test(std::function<void(service_options&)> change)
    : served(setup(std::move(change))), sender_(cluster.client_settings()) {}

service_setup queue_under_test::setup(std::function<void(service_options&)> change) {
    service_setup wanted;
    for (const std::string& topic : {commands, replies, dead_letters})
        cluster.create_topic(topic, 1);
    wanted.change = [this, change = std::move(change)](service_options& options) {
        options.commands = intake_options{
            .settings = cluster.group_settings(group),
            .replying = cluster.client_settings(),
            .topic = commands,
            .outbound = {.replies_topic = replies, .dead_letters_topic = dead_letters},
            .pause_min = duration{5},
            .pause_max = duration{20}};
        if (change) change(options);
    };
    return wanted;
}

void queue_under_test::send(const sent_command& what) {
    send_message(message_of(what));
}

void queue_under_test::send_message(kafka::message what) {
    what.topic = commands;
    REQUIRE(sender_.offer(what) == kafka::producer::offered::taken);
    sender_.until_all_settled();
}

std::vector<cloud_event> queue_under_test::until_replies(std::size_t count) {
    std::vector<kafka::message> stored;
    kafka::test::wait_until([&] {
        stored = cluster.stored(replies, 1);
        return stored.size() >= count;
    });
    std::vector<cloud_event> events;
    for (const kafka::message& each : stored) {
        auto told = kafka::decode(each);
        REQUIRE(told.has_value());
        CHECK(each.key == told->partition_key);
        events.push_back(std::move(*told));
    }
    return events;
}

std::vector<kafka::message> queue_under_test::until_dead_letters(std::size_t count) {
    std::vector<kafka::message> stored;
    kafka::test::wait_until([&] {
        stored = cluster.stored(dead_letters, 1);
        return stored.size() >= count;
    });
    return stored;
}

cloud_event queue_under_test::until_reply_to(std::string_view id) {
    std::optional<cloud_event> reply;
    kafka::test::wait_until([&] {
        for (cloud_event& each : until_replies(0)) {
            if (each.extensions.at("correlationid") == id) reply = std::move(each);
        }
        return reply.has_value();
    });
    return *reply;
}

void queue_under_test::until_committed(std::int64_t messages) {
    kafka::test::wait_until([&] { return committed() >= messages; });
}

std::int64_t queue_under_test::committed() const {
    return cluster.committed(group, commands, 0);
}

double queue_under_test::metric(std::string_view name) const {
    const std::string text = served.get("/metrics").body;
    const std::string line = "\n" + std::string(name) + "{topic=\"" + commands + "\"} ";
    const std::size_t found = text.find(line);
    return found == std::string::npos ? 0 : std::stod(text.substr(found + line.size()));
}

void queue_under_test::until_metric(std::string_view name, double value) const {
    kafka::test::wait_until([&] { return metric(name) == value; });
}

std::vector<std::string> queue_under_test::checkouts() const {
    std::vector<std::string> ids;
    const boost::json::object page = object_of(served.get("/v1/checkouts?limit=100"));
    for (const boost::json::value& each : page.at("items").as_array())
        ids.push_back(text_of(each.as_object(), "id"));
    return ids;
}

sent_command start_command(std::string id, std::string key, std::string_view customer) {
    return {std::move(id), "checkout.start", checkout_body(customer), std::move(key)};
}

kafka::message message_of(const sent_command& what) {
    cloud_event asked;
    asked.id = what.id;
    asked.source = "/shop";
    asked.type = what.type;
    asked.data = what.data;
    asked.partition_key = "cus_42";
    if (!what.key.empty()) asked.extensions.emplace("idempotencykey", what.key);
    return encode(asked, kafka::content_mode::structured, commands);
}

boost::json::object data_of(const cloud_event& told) {
    return boost::json::parse(told.data).as_object();
}

}  // namespace makegood::test
