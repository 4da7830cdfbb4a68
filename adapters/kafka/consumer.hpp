#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "adapters/kafka/assigned_partitions.hpp"
#include "adapters/kafka/consumer_client.hpp"
#include "adapters/kafka/message.hpp"
#include "adapters/kafka/settings.hpp"
#include "adapters/kafka/wake_up.hpp"
#include "engine/time.hpp"

namespace makegood::kafka {

struct consumer_options {
    settings_map settings;  // group.id among them
    std::vector<std::string> topics;
    // With so many unfinished, or so many bytes of them, it reads no more until some are finished;
    // one is always read.
    std::size_t unfinished_max = 1'000;
    std::size_t unfinished_bytes_max = std::size_t{16} * 1024 * 1024;
    duration pause{1'000};        // before a failed commit is tried again, and a client made anew
    duration leaving_max{5'000};  // for the last commits and for leaving the group in order
};

// Told on the consumer's thread. Must not throw, wait, or destroy the consumer.
struct consumer_listener {
    std::function<void(message&, const receipt&)> received;  // the message may be moved from
};

struct consumer_statistics {
    std::size_t unfinished = 0;  // received and not finished
    std::size_t partitions = 0;  // assigned
    std::uint64_t received = 0;
    std::uint64_t commits = 0;  // that the broker confirmed
    std::uint64_t renewals = 0;
    std::map<std::string, std::uint64_t> errors;  // by librdkafka's name
};

// Reads topics as a member of a group, each message at least once: an offset is committed when the
// caller has finished every message before it, and not earlier. Whatever was not finished when the
// process ends, or a rebalance takes a partition away, is received again by whoever gets the
// partition. It has one thread of its own. Owned by whoever feeds the messages on.
class consumer {
public:
    // Refused when librdkafka does not take the settings. No broker need be there.
    [[nodiscard]] static result_or<std::unique_ptr<consumer>, settings_problem> open(
        consumer_options options, consumer_listener listener
    );
    // Commits what is finished and leaves the group, for which it waits `leaving_max`. A broker
    // that does not answer costs up to session.timeout.ms more: librdkafka ends no sooner.
    ~consumer();
    consumer(const consumer&) = delete;
    consumer& operator=(const consumer&) = delete;

    // The message is dealt with, durably. From any thread; in any order; once.
    void finish(const receipt& finished);
    // Reads no more, or again; keeps its place in the group. From any thread. At most one message
    // that is on its way to the listener still arrives.
    void pause();
    void resume();

    // From any thread.
    [[nodiscard]] consumer_statistics statistics() const;

private:
    consumer(consumer_options options, consumer_listener listener);

    void run() noexcept;
    [[nodiscard]] steady_instant next_wake() const;
    void take_finished();
    void serve();
    void receive();
    [[nodiscard]] bool has_room() const;
    [[nodiscard]] bool is_paused() const;
    void commit();
    void lose_client();
    void renew_client();
    void leave();

    const consumer_options options_;
    const consumer_listener listener_;
    wake_up wake_up_;

    // The thread's own.
    assigned_partitions partitions_;
    std::unique_ptr<consumer_client> client_;
    bool commit_under_way_ = false;
    std::optional<steady_instant> commits_again_at_;
    std::optional<steady_instant> renews_at_;

    mutable std::mutex mutex_;  // guards these
    std::vector<receipt> finished_;
    consumer_statistics statistics_;
    bool is_paused_ = false;
    bool ends_ = false;

    std::thread thread_;  // last: it uses everything above
};

}  // namespace makegood::kafka
