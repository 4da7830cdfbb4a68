#include "tests/adapters/intake/queue_under_test.hpp"

#include <unistd.h>

#include <algorithm>
#include <boost/json/parse.hpp>
#include <catch2/catch.hpp>
#include <cstdlib>
#include <fstream>
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

queue_under_test::queue_under_test(std::function<void(service_options&)> change, queue_shape shape)
    : cluster(shape.brokers),
      folder(
          std::filesystem::temp_directory_path() / ("makegood-intake-" + std::to_string(::getpid()))
      ),
      served(setup(std::move(change), shape)),
      sender_(cluster.client_settings()) {}

queue_under_test::~queue_under_test() {
    std::filesystem::remove_all(folder);
    write_what_was_seen();
}

// For messages_test.py, which holds it against the schemas.
void queue_under_test::write_what_was_seen() const {
    const char* const path = std::getenv("MAKEGOOD_MESSAGES_SEEN");
    if (path == nullptr) return;
    static std::ofstream out(path);  // of this run
    for (const cloud_event& reply : replies_) {
        out << structured_text(reply) << '\n';
        if (reply.type != "checkout.command_accepted") continue;
        const std::string& command = reply.extensions.at("correlationid");
        for (const cloud_event& asked : sent_) {
            if (asked.id == command) out << structured_text(asked) << '\n';
        }
    }
    out.flush();
}

service_setup queue_under_test::setup(
    std::function<void(service_options&)> change, const queue_shape& shape
) {
    std::filesystem::remove_all(folder);
    std::filesystem::create_directory(folder);
    service_setup wanted;
    cluster.create_topic(commands, shape.command_partitions);
    for (int partition = 0; partition < shape.command_partitions; ++partition)
        cluster.lead(commands, partition, 1);
    cluster.create_topic(replies, 1);
    cluster.lead(replies, 0, 1);
    cluster.create_topic(dead_letters, 1);
    cluster.lead(dead_letters, 0, shape.brokers);
    cluster.coordinate(group, 1);
    cluster.coordinate("looks-only", 1);  // mock_cluster::stored
    wanted.change = [this, change = std::move(change)](service_options& options) {
        options.commands = intake_options{
            .settings = cluster.group_settings(group),
            .replying = cluster.client_settings(),
            .topic = commands,
            .outbound = {.replies_topic = replies, .dead_letters_topic = dead_letters},
            .refused_file = (folder / "refused.jsonl").string(),
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
    if (auto asked = kafka::decode(what)) sent_.push_back(std::move(*asked));
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
    replies_ = events;
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

std::int64_t queue_under_test::committed(int partition) const {
    return cluster.committed(group, commands, partition);
}

std::vector<boost::json::object> queue_under_test::refused() const {
    std::ifstream in(folder / "refused.jsonl");
    std::vector<boost::json::object> all;
    for (std::string line; std::getline(in, line);)
        all.push_back(boost::json::parse(line).as_object());
    return all;
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
