#pragma once

#include <cstdint>
#include <initializer_list>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "adapters/kafka/message.hpp"
#include "adapters/kafka/settings.hpp"

struct rd_kafka_s;
struct rd_kafka_mock_cluster_s;

namespace makegood::kafka::test {

// Of the protocol, by its number.
enum class request : std::int16_t {
    produce = 0,
    offset_commit = 8,
    join_group = 11,
};

// What a broker answers instead of doing it; by the protocol's number, but for `hang_up`.
enum class answer : std::int16_t {
    done = 0,
    not_leader = 6,
    timed_out = 7,
    message_too_large = 10,
    not_enough_replicas = 19,
    topic_not_authorized = 29,
    group_not_authorized = 30,
    out_of_order_sequence = 45,
    fenced_instance = 82,
    hang_up = -195,
};

// librdkafka's cluster of mock brokers in this process, on loopback. Each lives as long as its
// test.
class mock_cluster {
public:
    explicit mock_cluster(int brokers = 1);
    ~mock_cluster();
    mock_cluster(const mock_cluster&) = delete;
    mock_cluster& operator=(const mock_cluster&) = delete;

    // The least that a client needs to find it, quick to try again.
    [[nodiscard]] settings_map client_settings() const;
    [[nodiscard]] settings_map group_settings(std::string_view group) const;

    void create_topic(const std::string& topic, int partitions);
    // Brokers are numbered from 1.
    void lead(const std::string& topic, int partition, int broker);
    void coordinate(std::string_view group, int broker);
    void go_down(int broker = -1);  // -1: all
    void come_up(int broker = -1);
    // How the next requests of that kind are answered, one after the other.
    void answer_with(request kind, std::initializer_list<answer> answers);
    void answer_well(request kind);  // from now on, whatever was asked for

    // All that a topic holds, partition by partition.
    [[nodiscard]] std::vector<message> stored(const std::string& topic, int partitions) const;
    // From where a member of the group would read on; -1 when it has committed nothing.
    [[nodiscard]] std::int64_t committed(
        const std::string& group, const std::string& topic, int partition
    ) const;

private:
    rd_kafka_s* host_;
    rd_kafka_mock_cluster_s* cluster_;
};

}  // namespace makegood::kafka::test
