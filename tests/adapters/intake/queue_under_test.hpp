#pragma once

#include <boost/json/object.hpp>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "adapters/events/cloud_event.hpp"
#include "adapters/service.hpp"
#include "tests/adapters/kafka/mock_cluster.hpp"
#include "tests/adapters/kafka/running_producer.hpp"
#include "tests/adapters/service_under_test.hpp"

namespace makegood::test {

// A command as its sender writes it.
struct sent_command {
    std::string id;
    std::string type;
    std::string data;
    std::string key = {};  // attribute idempotencykey; empty: none
};

// Of the mock cluster. With two brokers the second leads the dead letters, and nothing else.
struct queue_shape {
    int brokers = 1;
    int command_partitions = 1;  // every other topic has one
};

// A server that reads commands from a mock cluster.
class queue_under_test {
public:
    explicit queue_under_test(
        std::function<void(service_options&)> change = {}, queue_shape shape = {}
    );
    ~queue_under_test();

    // Returns when the broker has it.
    void send(const sent_command& what);
    void send_message(kafka::message what);

    // All of the topic, when there are at least so many.
    [[nodiscard]] std::vector<cloud_event> until_replies(std::size_t count);
    [[nodiscard]] std::vector<kafka::message> until_dead_letters(std::size_t count);
    // The reply to the command of that id, once there is one.
    [[nodiscard]] cloud_event until_reply_to(std::string_view id);
    // Until the group would go on behind so many messages.
    void until_committed(std::int64_t messages);
    [[nodiscard]] std::int64_t committed(int partition = 0) const;
    // What the broker would never take, a line each.
    [[nodiscard]] std::vector<boost::json::object> refused() const;

    // A metric of the topic; 0 before it is there.
    [[nodiscard]] double metric(std::string_view name) const;
    void until_metric(std::string_view name, double value) const;
    // Ids of all checkouts.
    [[nodiscard]] std::vector<std::string> checkouts() const;

    kafka::test::mock_cluster cluster;
    const std::filesystem::path folder;  // where that is kept
    service_under_test served;

private:
    [[nodiscard]] service_setup setup(
        std::function<void(service_options&)> change, const queue_shape& shape
    );

    void write_what_was_seen() const;

    kafka::test::running_producer sender_;
    std::vector<cloud_event> sent_;     // as far as they are events
    std::vector<cloud_event> replies_;  // when it was last looked
};

// The start of a checkout of one SKU.
[[nodiscard]] sent_command start_command(
    std::string id, std::string key, std::string_view customer = "cus_42"
);
[[nodiscard]] kafka::message message_of(const sent_command& what);
[[nodiscard]] boost::json::object data_of(const cloud_event& told);

}  // namespace makegood::test
