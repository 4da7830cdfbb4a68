#include <algorithm>
#include <catch2/catch.hpp>
#include <map>
#include <set>

#include "tests/adapters/kafka/running_producer.hpp"

using namespace makegood;
using namespace makegood::kafka;
using namespace makegood::kafka::test;

namespace {

constexpr int partitions = 4;
using numbers = std::vector<std::uint64_t>;

// What a reader that drops what it knows sees of each key.
std::map<std::string, numbers> first_sights(const std::vector<message>& stored) {
    std::map<std::string, numbers> of_key;
    std::set<std::string> known;
    for (const message& each : stored) {
        if (known.insert(each.value).second) of_key[each.key].push_back(std::stoull(each.value));
    }
    return of_key;
}

numbers all_of(const std::map<std::string, numbers>& of_key) {
    numbers all;
    for (const auto& [key, some] : of_key)
        all.insert(all.end(), some.begin(), some.end());
    std::ranges::sort(all);
    return all;
}

numbers from_1_to(std::uint64_t last) {
    numbers all;
    for (std::uint64_t i = 1; i <= last; ++i)
        all.push_back(i);
    return all;
}

void require_all_in_order(const mock_cluster& cluster, std::uint64_t count) {
    const auto of_key = first_sights(cluster.stored("events", partitions));
    for (const auto& [key, some] : of_key) {
        INFO(key);
        REQUIRE(std::ranges::is_sorted(some));
    }
    REQUIRE(all_of(of_key) == from_1_to(count));
}

}  // namespace

TEST_CASE("messages are stored in the order of their positions and settled up to the last") {
    mock_cluster cluster;
    cluster.create_topic("events", partitions);
    running_producer sender(cluster.client_settings());
    sender.send(1'000, 20);
    const told all = sender.until_all_settled();
    CHECK(all.dead_letters.empty());
    require_all_in_order(cluster, 1'000);
    const producer_statistics counted = sender.statistics();
    CHECK(counted.acknowledged == 1'000);
    CHECK(counted.messages == 0);
    CHECK(counted.bytes == 0);
    CHECK(counted.renewals == 0);
}

TEST_CASE("key, value and headers arrive as they were given") {
    mock_cluster cluster;
    running_producer sender(cluster.client_settings());
    message given{"events", "cus_42", R"({"a":1})", {{"ce_id", "7"}}};
    REQUIRE(sender.offer(given) == producer::offered::taken);
    sender.until_all_settled();
    const std::vector<message> stored = cluster.stored("events", partitions);
    REQUIRE(stored.size() == 1);
    CHECK(stored[0].key == "cus_42");
    CHECK(stored[0].value == R"({"a":1})");
    CHECK(stored[0].headers == std::vector<message_header>{{"ce_id", "7"}});
}

TEST_CASE("order per key is kept while brokers err, time out and hang up, and nothing is lost") {
    mock_cluster cluster(3);
    cluster.create_topic("events", partitions);
    settings_map settings = cluster.client_settings();
    settings["batch.num.messages"] = "7";
    settings["statistics.interval.ms"] = "20";
    running_producer sender(settings);
    for (int round = 0; round < 10; ++round) {
        using enum answer;
        cluster.answer_with(
            request::produce, {done, not_leader, done, timed_out, hang_up, not_enough_replicas,
                               done, hang_up, done, not_leader, timed_out}
        );
        sender.send(100, 13);
    }
    CHECK(sender.until_all_settled().dead_letters.empty());
    require_all_in_order(cluster, 1'000);
    wait_until([&] { return sender.statistics().transmissions > 1'000; });
}

TEST_CASE("a broker that is down is waited for") {
    mock_cluster cluster;
    cluster.create_topic("events", partitions);
    running_producer sender(cluster.client_settings());
    sender.send(10, 3);
    sender.until_all_settled();
    cluster.go_down();
    sender.send(100, 3);
    wait_until([&] { return sender.errors("_ALL_BROKERS_DOWN") > 0; });
    CHECK(sender.statistics().messages == 100);
    CHECK(sender.now().settled == 10);
    cluster.come_up();
    sender.until_all_settled();
    require_all_in_order(cluster, 110);
}

TEST_CASE("a producer opens while no broker is there") {
    mock_cluster cluster;
    cluster.create_topic("events", partitions);
    cluster.go_down();
    running_producer sender(cluster.client_settings());
    sender.send(10, 3);
    wait_until([&] { return sender.errors("_ALL_BROKERS_DOWN") > 0; });
    cluster.come_up();
    sender.until_all_settled();
    require_all_in_order(cluster, 10);
}

TEST_CASE("nothing is settled before everything in front of it is") {
    mock_cluster cluster(2);
    cluster.create_topic("slow", 1);
    cluster.create_topic("quick", 1);
    cluster.lead("slow", 0, 1);
    cluster.lead("quick", 0, 2);
    running_producer sender(cluster.client_settings());
    sender.send_one("a", "slow");
    sender.send_one("a", "quick");
    sender.until_all_settled();
    cluster.go_down(1);
    sender.send_one("a", "quick");
    sender.send_one("a", "slow");
    sender.send(50, 5, "quick");
    wait_until([&] { return sender.statistics().acknowledged == 2 + 1 + 50; });
    CHECK(sender.until_settled(3).settled == 3);
    cluster.come_up(1);
    CHECK(sender.until_all_settled().settled == 54);
}

TEST_CASE("a message that is larger than the client may send is a dead letter and blocks nobody") {
    mock_cluster cluster;
    cluster.create_topic("events", partitions);
    settings_map settings = cluster.client_settings();
    settings["message.max.bytes"] = "2000";
    running_producer sender(settings);
    sender.send(10, 2);
    sender.send_one("key-1", "events", std::string(3'000, 'x'));
    sender.send(10, 2);
    const told all = sender.until_all_settled();
    REQUIRE(all.dead_letters.size() == 1);
    CHECK(all.dead_letters[0].position == 11);
    CHECK(all.dead_letters[0].error == "MSG_SIZE_TOO_LARGE");
    CHECK(all.dead_letters[0].content.value == "11" + std::string(3'000, 'x'));
    CHECK(all.dead_letters[0].settled_before < 11);
    CHECK(all_of(first_sights(cluster.stored("events", partitions))).size() == 20);
    CHECK(sender.statistics().renewals == 0);
}

TEST_CASE("of a batch that the broker refuses only the message to blame is a dead letter") {
    mock_cluster cluster;
    cluster.create_topic("events", 1);
    settings_map settings = cluster.client_settings();
    settings["batch.num.messages"] = "8";
    settings["linger.ms"] = "60000";  // so a batch has eight, or the test would take minutes
    running_producer sender(settings);
    sender.send(8, 1);
    sender.until_all_settled();
    using enum answer;
    // The batch; then one by one, of which the third.
    cluster.answer_with(request::produce, {message_too_large, done, done, message_too_large});
    sender.send(8, 1);
    const told all = sender.until_all_settled();
    REQUIRE(all.dead_letters.size() == 1);
    CHECK(all.dead_letters[0].position == 11);
    CHECK(all.dead_letters[0].content.value == "11");
    CHECK(all.dead_letters[0].settled_before < 11);
    const auto of_key = first_sights(cluster.stored("events", 1));
    numbers but_that_one = from_1_to(16);
    std::erase(but_that_one, 11);
    CHECK(all_of(of_key) == but_that_one);
    CHECK(std::ranges::is_sorted(of_key.at("key-0")));
    CHECK(sender.statistics().refused == 1);

    // Afterwards messages travel together again.
    sender.send(80, 1);
    CHECK(sender.until_all_settled().dead_letters.size() == 1);
}

TEST_CASE("a refused message that cannot be kept is settled when it is, and holds back no other") {
    constexpr std::size_t ever = 1'000'000;
    mock_cluster cluster;
    cluster.create_topic("events", partitions);
    settings_map settings = cluster.client_settings();
    settings["message.max.bytes"] = "2000";
    running_producer sender(settings);
    sender.keep_not(ever);
    sender.send(10, 2);
    sender.send_one("key-0", "events", std::string(3'000, 'x'));
    sender.send(9, 2);
    wait_until([&] { return sender.statistics().acknowledged == 19; });
    const told held = sender.until_not_kept(3);
    CHECK(held.settled == 10);
    CHECK(sender.statistics().refused == 0);

    sender.keep_not(sender.now().not_kept);
    const told all = sender.until_all_settled();
    REQUIRE(all.dead_letters.size() == 1);
    CHECK(all.dead_letters[0].content.value == "11" + std::string(3'000, 'x'));
    CHECK(all.dead_letters[0].settled_before == 10);
    CHECK(sender.statistics().refused == 1);
    CHECK(sender.statistics().renewals == 0);
}

TEST_CASE("a message that the broker refused and nobody could keep is kept without sending it again"
) {
    mock_cluster cluster;
    cluster.create_topic("events", 1);
    running_producer sender(cluster.client_settings());
    sender.keep_not(2);
    using enum answer;
    cluster.answer_with(request::produce, {message_too_large, message_too_large});
    sender.send(1, 1);
    const told all = sender.until_all_settled();
    REQUIRE(all.dead_letters.size() == 1);
    CHECK(all.not_kept == 2);
    CHECK(all.dead_letters[0].settled_before == 0);
    CHECK(sender.errors("MSG_SIZE_TOO_LARGE") == 2);
    CHECK(cluster.stored("events", 1).empty());
    sender.send(10, 1);
    CHECK(sender.until_all_settled().dead_letters.size() == 1);
}

TEST_CASE("one of a stretch that went alone cannot be kept, and what is behind it is sent") {
    constexpr std::size_t ever = 1'000'000;
    mock_cluster cluster;
    cluster.create_topic("events", 1);
    running_producer sender(cluster.client_settings());
    sender.keep_not(ever);
    using enum answer;
    cluster.answer_with(request::produce, {message_too_large, message_too_large});
    sender.send(1, 1);
    static_cast<void>(sender.until_not_kept(1));
    sender.send(10, 1);
    wait_until([&] { return sender.statistics().acknowledged == 10; });
    CHECK(sender.now().settled == 0);
    sender.keep_not(sender.now().not_kept);
    CHECK(sender.until_all_settled().dead_letters.size() == 1);
}

TEST_CASE("a topic that may not be written holds its messages until it may") {
    mock_cluster cluster;
    cluster.create_topic("events", partitions);
    running_producer sender(cluster.client_settings());
    using enum answer;
    cluster.answer_with(request::produce, {topic_not_authorized, topic_not_authorized});
    sender.send(20, 1);
    CHECK(sender.until_all_settled().dead_letters.empty());
    CHECK(sender.errors("TOPIC_AUTHORIZATION_FAILED") > 0);
    CHECK(sender.statistics().renewals >= 1);
    require_all_in_order(cluster, 20);
}

TEST_CASE("a client that loses its sequence is made anew and goes on after the last acknowledged") {
    mock_cluster cluster;
    cluster.create_topic("events", partitions);
    running_producer sender(cluster.client_settings());
    sender.send(50, 5);
    sender.until_all_settled();
    cluster.answer_with(request::produce, {answer::out_of_order_sequence});
    sender.send(50, 5);
    CHECK(sender.until_all_settled().dead_letters.empty());
    CHECK(sender.statistics().renewals == 1);
    CHECK(sender.errors("OUT_OF_ORDER_SEQUENCE_NUMBER") > 0);
    require_all_in_order(cluster, 100);
}

TEST_CASE("a full producer leaves the message to its sender until there is room") {
    mock_cluster cluster;
    cluster.create_topic("events", partitions);
    producer_options options{.settings = cluster.client_settings()};
    SECTION("of messages") {
        options.messages_max = 3;
    }
    SECTION("of bytes") {
        options.bytes_max = 3 * (6 + 5 + 1);
    }  // topic, key, value
    running_producer sender(options);
    cluster.go_down();
    sender.send(3, 2);
    message one_more{"events", "key-0", "4", {}};
    CHECK(sender.offer(one_more) == producer::offered::full);
    CHECK(one_more.value == "4");
    CHECK(sender.statistics().messages == 3);
    cluster.come_up();
    sender.until_settled(3);
    CHECK(sender.offer(one_more) == producer::offered::taken);
    sender.until_all_settled();
    require_all_in_order(cluster, 4);
}

TEST_CASE("a message larger than the room is taken when there is no other") {
    mock_cluster cluster;
    cluster.create_topic("events", partitions);
    running_producer sender(producer_options{.settings = cluster.client_settings(), .bytes_max = 1}
    );
    sender.send_one("key-0");
    sender.until_all_settled();
    require_all_in_order(cluster, 1);
}

TEST_CASE("what was not acknowledged is not settled by the producer's end") {
    mock_cluster cluster;
    cluster.create_topic("events", partitions);
    cluster.go_down();
    message_position settled = 0;
    {
        auto opened = producer::open(
            {.settings = cluster.client_settings()},
            {.settled = [&](message_position position) { settled = position; },
             .refused = [](message_position, message&, const std::string&) { return true; }}
        );
        REQUIRE(opened.has_value());
        message never{"events", "key", "1", {}};
        REQUIRE((*opened)->offer(1, never) == producer::offered::taken);
        // The thread has the message by then: it takes what was offered before it looks for news.
        wait_until([&] { return !(*opened)->statistics().errors.empty(); });
    }
    CHECK(settled == 0);
}
