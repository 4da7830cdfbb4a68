#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "adapters/kafka/assigned_partitions.hpp"
#include "adapters/kafka/message.hpp"
#include "adapters/kafka/settings.hpp"
#include "adapters/kafka/wake_up.hpp"

struct rd_kafka_s;
struct rd_kafka_message_s;
struct rd_kafka_queue_s;
struct rd_kafka_topic_partition_list_s;

namespace makegood::kafka {

// What was received, as bytes of ours.
[[nodiscard]] message content_of(const rd_kafka_message_s& received);

// One life of a librdkafka group consumer: the thin wrapper. It keeps `assigned_partitions` true to
// what the group has given us, and holds newly assigned partitions while it is held. Confined to
// one thread, which `wake_up` wakes when there is news.
class consumer_client {
public:
    [[nodiscard]] static result_or<std::unique_ptr<consumer_client>, settings_problem> make(
        const settings_map& settings,
        const std::vector<std::string>& topics,
        assigned_partitions& partitions,
        wake_up& wakes
    );
    // Leaves the group without a word when it was not closed: the broker notices after
    // session.timeout.ms.
    ~consumer_client();
    consumer_client(const consumer_client&) = delete;
    consumer_client& operator=(const consumer_client&) = delete;

    struct news {
        std::vector<std::string> errors;  // names
        std::uint64_t commits = 0;        // confirmed
        bool commit_ended = false;        // the one that `commit` began, either way
        bool commit_failed = false;
    };
    // All since the last time, but for messages.
    [[nodiscard]] news serve();
    // The next message, if one is here and its partition is ours; it stays in librdkafka, which
    // fetches no more than its own queue takes, for as long as nobody asks.
    struct received {
        message content;
        receipt proof;
    };
    [[nodiscard]] std::optional<received> next();

    // Begins to commit; never waits. False when it could not begin.
    [[nodiscard]] bool commit(const std::vector<partition_offset>& offsets);
    // Begins to leave the group in order; `serve` until it has left.
    void begin_to_leave();
    [[nodiscard]] bool has_left() const;
    // Why it will not read any more, by librdkafka's name; nothing while it does.
    [[nodiscard]] std::optional<std::string> end() const;

private:
    struct callbacks;
    consumer_client(assigned_partitions& partitions) : partitions_(partitions) {}
    void note(int error, const char* reason);
    void rebalance(bool is_assignment, rd_kafka_topic_partition_list_s& partitions);
    void collect_messages_of(const rd_kafka_topic_partition_list_s& partitions);

    assigned_partitions& partitions_;
    rd_kafka_s* client_ = nullptr;
    // All partitions' messages: beside the queue of everything else, so that not to take them does
    // not mean to miss a rebalance.
    rd_kafka_queue_s* messages_ = nullptr;
    news news_;
};

}  // namespace makegood::kafka
