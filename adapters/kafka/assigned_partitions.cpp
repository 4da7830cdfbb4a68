#include "adapters/kafka/assigned_partitions.hpp"

#include "engine/assert.hpp"

namespace makegood::kafka {

void assigned_partitions::assign(const topic_partition& partition) {
    const auto [place, is_new] = partitions_.try_emplace(partition);
    ASSERT(is_new);
    place->second.assignment = ++assignments_;
    by_assignment_.emplace(assignments_, &place->second);
}

void assigned_partitions::revoke(const topic_partition& partition) {
    const auto found = partitions_.find(partition);
    if (found == partitions_.end()) return;
    const size& gone = found->second.unfinished;
    ASSERT(unfinished_.messages >= gone.messages && unfinished_.bytes >= gone.bytes);
    unfinished_.messages -= gone.messages;
    unfinished_.bytes -= gone.bytes;
    by_assignment_.erase(found->second.assignment);
    partitions_.erase(found);
}

void assigned_partitions::revoke_all() {
    partitions_.clear();
    by_assignment_.clear();
    unfinished_ = {};
}

std::optional<receipt> assigned_partitions::receive(
    const topic_partition& from, std::int64_t offset, std::size_t bytes
) {
    ASSERT(offset >= 0);
    const auto found = partitions_.find(from);
    if (found == partitions_.end()) return {};
    if (offset <= found->second.received) {
        revoke(from);
        assign(from);
    }
    assigned& partition = partitions_.at(from);
    partition.under_way.push(static_cast<message_position>(offset), bytes);
    partition.received = offset;
    for (size* each : {&partition.unfinished, &unfinished_}) {
        ++each->messages;
        each->bytes += bytes;
    }
    return receipt{partition.assignment, offset, from.number};
}

bool assigned_partitions::finish(const receipt& finished) {
    const auto found = by_assignment_.find(finished.assignment);
    if (found == by_assignment_.end()) return false;
    assigned& partition = *found->second;
    auto* entry = partition.under_way.find(static_cast<message_position>(finished.offset));
    ASSERT(entry != nullptr && !entry->finished);  // finished twice
    entry->finished = true;
    for (size* each : {&partition.unfinished, &unfinished_}) {
        --each->messages;
        each->bytes -= entry->item;
    }
    if (const auto last = partition.under_way.drop_prefix([](const auto&) {})) {
        partition.next = static_cast<std::int64_t>(*last) + 1;
        partition.asked = false;
    }
    return true;
}

std::vector<partition_offset> assigned_partitions::to_commit() {
    std::vector<partition_offset> offsets;
    for (auto& [partition, state] : partitions_) {
        if (state.asked) continue;
        state.asked = true;
        offsets.push_back({partition, *state.next});
    }
    return offsets;
}

void assigned_partitions::commit_failed() {
    for (auto& [partition, state] : partitions_)
        state.asked = !state.next.has_value();
}

std::vector<topic_partition> assigned_partitions::all() const {
    std::vector<topic_partition> all;
    for (const auto& [partition, state] : partitions_)
        all.push_back(partition);
    return all;
}

}  // namespace makegood::kafka
