#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>

#include "adapters/kafka/message.hpp"
#include "adapters/kafka/prefix_queue.hpp"
#include "adapters/kafka/producer_client.hpp"
#include "adapters/kafka/settings.hpp"
#include "adapters/kafka/wake_up.hpp"
#include "engine/time.hpp"

namespace makegood::kafka {

struct producer_options {
    settings_map settings;
    std::size_t messages_max = 10'000;                      // taken and not settled; then `full`
    std::size_t bytes_max = std::size_t{16} * 1024 * 1024;  // of those; one message is always taken
    duration pause_min{100};     // before it goes on after a failure that librdkafka gives up on;
    duration pause_max{10'000};  // doubled each time that nothing was settled in between; and
                                 // before a refused message that was not kept is told of again
};

// Told on the producer's thread. Must not throw, wait, or destroy the producer.
struct producer_listener {
    // Every message up to this position is acknowledged by all in-sync replicas, or was refused.
    std::function<void(message_position)> settled;
    // The broker will never take this message: whether it is kept elsewhere now. One that is not
    // is told of again after a pause, and no position at or beyond it is settled before it is. Who
    // keeps it may move from it.
    std::function<bool(message_position, message&, const std::string& error)> refused;
};

struct producer_statistics {
    std::size_t messages = 0;  // taken and not settled
    std::size_t bytes = 0;     // of those
    std::uint64_t acknowledged = 0;
    std::uint64_t refused = 0;
    // Written to brokers, again each time, as of librdkafka's last statistics. What is beyond
    // `acknowledged` was sent more than once, or is on its way.
    std::uint64_t transmissions = 0;
    std::uint64_t renewals = 0;                   // clients made anew
    std::map<std::string, std::uint64_t> errors;  // by librdkafka's name
};

// Sends messages in the order of their positions and tells up to where all have arrived. It keeps
// what it took until then, sends it for as long as it takes, and in order per key whatever the
// broker does; what may have arrived already is sent again, so readers drop what has an id that
// they know. Owned by one lane's publisher; it has one thread of its own.
class producer {
public:
    // Refused when librdkafka does not take the settings. No broker need be there.
    [[nodiscard]] static result_or<std::unique_ptr<producer>, settings_problem> open(
        producer_options options, producer_listener listener
    );
    // Forgets what is not settled: the sender's cursor has not passed it. Waits for the thread,
    // which never waits for a broker (for a name look-up at most).
    ~producer();
    producer(const producer&) = delete;
    producer& operator=(const producer&) = delete;

    enum class offered : std::uint8_t { taken, full };
    // From any one thread; never waits. `position` is higher than all before. When it is full,
    // `offered_message` is left as it was, and a position will be settled before long: try then.
    [[nodiscard]] offered offer(message_position position, message& offered_message);

    // From any thread.
    [[nodiscard]] producer_statistics statistics() const;

private:
    struct pending {
        message content;
        std::size_t bytes;
        std::string refusal = {};  // why the broker will never take it
    };
    struct offer_in_queue {
        message_position position;
        pending item;
    };
    using window = prefix_queue<pending>;
    enum class goes_on : std::uint8_t { at_once, after_pause };

    producer(producer_options options, producer_listener listener);

    void run() noexcept;
    void take_offers();
    void serve();
    void settle(const delivery& what);
    void refuse(window::entry& which, const std::string& error);
    [[nodiscard]] bool keep(window::entry& refused);
    void keep_again();
    [[nodiscard]] static bool is_done_with(const window::entry& which);
    [[nodiscard]] bool all_went_alone();
    void send_new();
    void tell_settled();
    void end_client(goes_on when);
    void lose_client(goes_on when);
    void renew_client();

    const producer_options options_;
    const producer_listener listener_;
    wake_up wake_up_;

    // The thread's own.
    std::unique_ptr<producer_client> client_;
    window under_way_;
    std::size_t sent_ = 0;  // of under_way_, from the front, are the client's, refused or finished
    // A batch up to here was refused: until it is settled each message travels alone, so that only
    // those are refused that are to blame.
    std::optional<message_position> alone_until_;
    std::optional<goes_on> client_ends_;                  // what this round's deliveries ask for,
    std::optional<message_position> refused_in_company_;  // and the last of those that it refused
    std::optional<steady_instant> renews_at_;
    std::optional<steady_instant> keeps_again_at_;  // what was refused and is not kept yet
    duration pause_;
    std::uint64_t transmissions_of_lost_clients_ = 0;

    mutable std::mutex mutex_;  // guards these
    std::deque<offer_in_queue> offers_;
    producer_statistics statistics_;
    bool ends_ = false;

    std::thread thread_;  // last: it uses everything above
};

}  // namespace makegood::kafka
