#include <algorithm>
#include <catch2/catch.hpp>
#include <set>

#include "tests/adapters/kafka/running_consumer.hpp"
#include "tests/adapters/kafka/running_producer.hpp"

using namespace makegood;
using namespace makegood::kafka;
using namespace makegood::kafka::test;

namespace {

using texts = std::vector<std::string>;

texts from_to(int first, int last) {
    texts all;
    for (int i = first; i <= last; ++i)
        all.push_back(std::to_string(i));
    return all;
}

// A cluster that holds messages with the values 1, 2, …, in order within their partitions.
struct stocked_cluster : mock_cluster {
    explicit stocked_cluster(int partitions, std::size_t count = 10) {
        create_topic("commands", partitions);
        sender = std::make_unique<running_producer>(client_settings());
        send(count);
    }
    void send(std::size_t count) {
        sender->send(count, 16, "commands");
        sender->until_all_settled();
    }
    [[nodiscard]] std::int64_t committed(const std::string& group) const {
        return mock_cluster::committed(group, "commands", 0);
    }
    std::unique_ptr<running_producer> sender;
};

}  // namespace

TEST_CASE("a partition's messages are received in order, with key and headers") {
    stocked_cluster cluster(1);
    message with_header{"commands", "cus_42", "11", {{"ce_type", "checkout.start"}}};
    REQUIRE(cluster.sender->offer(with_header) == producer::offered::taken);
    running_consumer reader(cluster.group_settings("g"), "commands");
    const receptions all = reader.until_received(11);
    CHECK(values_of(all) == from_to(1, 11));
    CHECK(all[10].content.key == "cus_42");
    CHECK(all[10].content.topic == "commands");
    CHECK(all[10].content.headers == std::vector<message_header>{{"ce_type", "checkout.start"}});
}

TEST_CASE("what was not finished is received again after a crash") {
    stocked_cluster cluster(1);
    running_consumer(cluster.group_settings("g"), "commands").until_received(10);
    CHECK(cluster.committed("g") == -1);
    running_consumer after(cluster.group_settings("g"), "commands");
    CHECK(values_of(after.until_received(10)) == from_to(1, 10));
}

TEST_CASE("only what has everything before it finished is committed") {
    stocked_cluster cluster(1);
    {
        running_consumer reader(cluster.group_settings("g"), "commands");
        const receptions all = reader.until_received(10);
        for (const std::size_t index : {3, 0, 1, 2, 6})
            reader.finish(all[index]);
    }
    CHECK(cluster.committed("g") == 4);
    running_consumer after(cluster.group_settings("g"), "commands");
    CHECK(values_of(after.until_received(6)) == from_to(5, 10));
}

TEST_CASE("what is finished is committed while the consumer runs") {
    stocked_cluster cluster(1);
    running_consumer reader(cluster.group_settings("g"), "commands", true);
    reader.until_received(10);
    wait_until([&] { return cluster.committed("g") == 10; });
    wait_until([&] { return reader->statistics().commits > 0; });
    CHECK(reader->statistics().received == 10);
    CHECK(reader->statistics().unfinished == 0);
}

TEST_CASE("a commit that the broker refuses is tried again") {
    stocked_cluster cluster(1, 1);
    running_consumer reader(cluster.group_settings("g"), "commands");
    using enum answer;
    cluster.answer_with(request::offset_commit, {group_not_authorized, group_not_authorized});
    reader.finish(reader.until_received(1)[0]);  // there is nothing else to commit
    wait_until([&] { return cluster.committed("g") == 1; });
    CHECK(reader->statistics().errors.at("GROUP_AUTHORIZATION_FAILED") == 2);
}

TEST_CASE("no more messages are under way than were allowed") {
    stocked_cluster cluster(1, 300);
    consumer_options options{
        .settings = cluster.group_settings("g"), .topics = {"commands"}, .unfinished_max = 7};
    running_consumer reader(options);
    // Each round finishes what there is; a reader that does not stop at 7 would be ahead.
    std::size_t finished = 0;
    while (finished < 300) {
        const receptions all = reader.until_received(finished + 1);
        CHECK(all.size() <= finished + 7);
        for (; finished < all.size(); ++finished)
            reader.finish(all[finished]);
    }
    CHECK(values_of(reader.now()) == from_to(1, 300));
}

TEST_CASE("no more bytes are under way than were allowed, and one message always is") {
    stocked_cluster cluster(1, 100);
    for (const std::size_t bytes_max : {std::size_t{1}, std::size_t{60}}) {
        CAPTURE(bytes_max);
        running_consumer reader(consumer_options{
            .settings = cluster.group_settings("g-" + std::to_string(bytes_max)),
            .topics = {"commands"},
            .unfinished_bytes_max = bytes_max});
        const std::size_t smallest = std::string(
                                         "commands"
                                         "1"
        )
                                         .size();
        const std::size_t together = bytes_max / smallest + 1;
        std::size_t finished = 0;
        while (finished < 100) {
            const receptions all = reader.until_received(finished + 1);
            CHECK(all.size() <= finished + together);
            for (; finished < all.size(); ++finished)
                reader.finish(all[finished]);
        }
    }
}

TEST_CASE("a paused consumer receives nothing and keeps its place") {
    stocked_cluster cluster(1);
    running_consumer paused(cluster.group_settings("paused"), "commands");
    for (const reception& each : paused.until_received(10))
        paused.finish(each);
    wait_until([&] { return cluster.committed("paused") == 10; });
    paused->pause();
    // Shows that the pause was taken note of: the thread does both in one round.
    cluster.send(1);
    running_consumer other(cluster.group_settings("other"), "commands");
    other.until_received(11);
    cluster.send(20);
    other.until_received(31);
    CHECK(paused.now().size() <= 11);  // one may have been on its way
    CHECK(paused->statistics().partitions == 1);
    paused->resume();
    CHECK(values_of(paused.until_received(31)) == from_to(1, 31));
}

TEST_CASE("a rebalance loses no message") {
    stocked_cluster cluster(4, 100);
    running_consumer first(cluster.group_settings("g"), "commands");
    const receptions before = first.until_received(100);
    CHECK(first->statistics().partitions == 4);
    // Its partitions are shared out anew while all is unfinished.
    running_consumer second(cluster.group_settings("g"), "commands");
    wait_until([&] {
        return first->statistics().partitions == 2 && second->statistics().partitions == 2;
    });
    // Receipts of the assignments that were taken away finish nothing.
    for (const reception& each : before)
        first.finish(each);
    // A member that was slow may be sent away and come back: then some come once more.
    wait_until([&] {
        std::set<std::string> again;
        const receptions of_first = first.now();
        for (std::size_t i = 100; i < of_first.size(); ++i)
            again.insert(of_first[i].content.value);
        for (const std::string& value : values_of(second.now()))
            again.insert(value);
        return again.size() == 100;
    });
    for (int partition = 0; partition < 4; ++partition)
        CHECK(cluster.mock_cluster::committed("g", "commands", partition) == -1);
}

TEST_CASE("a consumer that is fenced off is made anew") {
    stocked_cluster cluster(1);
    settings_map settings = cluster.group_settings("g");
    settings["group.instance.id"] = "one";
    cluster.answer_with(request::join_group, {answer::fenced_instance});
    running_consumer reader(settings, "commands");
    CHECK(values_of(reader.until_received(10)) == from_to(1, 10));
    CHECK(reader->statistics().renewals == 1);
    CHECK(reader->statistics().errors.at("FENCED_INSTANCE_ID") > 0);
}

TEST_CASE("a consumer ends although no broker is there to leave") {
    stocked_cluster cluster(1);
    {
        consumer_options options{
            .settings = cluster.group_settings("g"),
            .topics = {"commands"},
            .leaving_max = duration(50)};
        running_consumer reader(options);
        reader.finish(reader.until_received(10)[0]);
        cluster.go_down();
        wait_until([&] { return reader->statistics().errors.contains("_ALL_BROKERS_DOWN"); });
    }
    SUCCEED("else this test would not end");
}
