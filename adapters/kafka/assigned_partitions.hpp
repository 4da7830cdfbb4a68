#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "adapters/kafka/prefix_queue.hpp"

namespace makegood::kafka {

// Proves that a message was received; whoever has finished it gives it back. Of one assignment of
// one partition: after a rebalance it means nothing any more.
struct receipt {
    std::uint64_t assignment = 0;
    std::int64_t offset = 0;
    std::int32_t partition = 0;  // for people: what the message is found by
    bool operator==(const receipt&) const = default;
};

struct topic_partition {
    std::string topic;
    std::int32_t number = 0;
    auto operator<=>(const topic_partition&) const = default;
};

// From where a partition is read by whoever reads it next.
struct partition_offset {
    topic_partition partition;
    std::int64_t next = 0;
    bool operator==(const partition_offset&) const = default;
};

// What one member of a group has been given, and how far it has come in each partition: messages
// are finished in any order, and an offset may be committed when all before it are. Confined to one
// thread.
class assigned_partitions {
public:
    // The partition is ours from now on; one assignment at a time.
    void assign(const topic_partition& partition);
    // It is not any more; receipts of it mean nothing.
    void revoke(const topic_partition& partition);
    void revoke_all();

    // Nothing when the partition is not ours. A message that comes again was not finished for good:
    // the position was set back (a topic that was made anew, a leader that had lost messages). That
    // is another assignment of the partition, and receipts of the one before mean nothing.
    [[nodiscard]] std::optional<receipt> receive(
        const topic_partition& from, std::int64_t offset, std::size_t bytes = 0
    );
    // False when it is not ours any more: another member gets, or got, the message again.
    bool finish(const receipt& finished);

    // What may be committed and has not been asked for; asked for now.
    [[nodiscard]] std::vector<partition_offset> to_commit();
    // What was asked for did not happen, as far as one knows: it is asked for again.
    void commit_failed();

    [[nodiscard]] std::size_t unfinished() const { return unfinished_.messages; }
    [[nodiscard]] std::size_t unfinished_bytes() const { return unfinished_.bytes; }
    [[nodiscard]] std::vector<topic_partition> all() const;

private:
    struct size {
        std::size_t messages = 0;
        std::size_t bytes = 0;
    };
    struct assigned {
        std::uint64_t assignment = 0;
        prefix_queue<std::size_t> under_way;  // bytes of each
        std::int64_t received = -1;
        size unfinished;
        std::optional<std::int64_t> next;  // offset after the finished prefix
        bool asked = true;
    };

    std::map<topic_partition, assigned> partitions_;
    std::map<std::uint64_t, assigned*> by_assignment_;
    std::uint64_t assignments_ = 0;
    size unfinished_;
};

}  // namespace makegood::kafka
