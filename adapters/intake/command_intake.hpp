#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <thread>
#include <unordered_map>

#include "adapters/clock/entropy.hpp"
#include "adapters/intake/mailbox.hpp"
#include "adapters/intake/order.hpp"
#include "adapters/intake/outbound.hpp"
#include "adapters/intake/way_out.hpp"
#include "adapters/kafka/consumer.hpp"
#include "adapters/lane/lane_set.hpp"

namespace makegood {

struct intake_options {
    kafka::settings_map settings;       // of the consumer (with group.id) …
    kafka::settings_map replying = {};  // … and of the producer
    std::string topic = {};
    outbound_options outbound = {};
    std::string refused_file = {};       // of answers that the broker will never take
    std::size_t unfinished_max = 1'000;  // messages in memory; the others stay in Kafka
    std::size_t unfinished_bytes_max = std::size_t{16} * 1024 * 1024;  // of those
    duration pause_min{50};  // before an order that no lane took is tried again; doubled each time
    duration pause_max{2'000};
    duration quiet_max{30'000};  // without an acknowledgement of what is sent: then it is logged
};

struct intake_statistics {
    std::uint64_t received = 0;
    std::uint64_t accepted = 0;
    std::uint64_t refused = 0;  // understood, and not done
    std::uint64_t dead_letters = 0;
    std::uint64_t refused_by_broker = 0;  // replies and dead letters
    std::size_t unfinished = 0;
    bool is_paused = false;
    bool stalled = false;  // replies or dead letters are on their way, and the broker takes none
};

// Takes orders from a topic to the lanes that own them, and tells what became of them. A message is
// finished, so that its offset may be committed, when the lane's answer is durable and the broker
// has the reply; whatever a crash interrupts is received and done again, and does nothing twice. An
// order that no lane can take now is kept and tried again, and until it is through nothing more is
// read: what waits, waits in Kafka. Owned by the service; has a thread of its own beside its
// consumer's and producer's, and never makes a lane's wait.
class command_intake {
public:
    struct parts {
        message_reader read;
        body_refusal refuse_body;  // finds card numbers
        const lane_set& lanes;     // outlives the intake; each may answer after its end
        // How it stands, on the intake's thread. May be empty.
        std::function<void(const intake_statistics&)> progress = {};
    };

    // Refused when librdkafka does not take the settings. No broker need be there.
    [[nodiscard]] static result_or<std::unique_ptr<command_intake>, kafka::settings_problem> open(
        intake_options options, parts given
    );
    // Commits what is finished and leaves the group; what is under way is received again.
    ~command_intake();
    command_intake(const command_intake&) = delete;
    command_intake& operator=(const command_intake&) = delete;

    // Reads no more, and leaves the group once what the lanes have is answered for, or at `until`.
    // `stopped` is called on a thread of the intake's. From any thread, once.
    void stop(steady_instant until, std::function<void()> stopped);

private:
    // An order on its way. It stays until its reply is on its way.
    struct item {
        open_message_pointer message;
        order_origin origin;
        order asked;
        kafka::message received = {};  // where a refusal makes it a dead letter
        bool was_turned_away = false;
        std::size_t tries = 0;  // that ended so
    };
    command_intake(intake_options options, parts given);

    [[nodiscard]] result_or<void, kafka::settings_problem> open_ways_out();
    [[nodiscard]] result_or<void, kafka::settings_problem> open_consumer();
    void run() noexcept;
    // False when it is time to go.
    [[nodiscard]] bool work(mailbox::contents news);
    void leave();

    void receive(mailbox::arrival arrived);
    void reject(kafka::message received, const message_reading& read, open_message_pointer message);
    void take_outcome(mailbox::outcome told);
    [[nodiscard]] bool is_hopeless(item& which) const;
    void turn_away(order_number number, item& which);
    void conclude(order_number number, item& done, const saga_answer& answer);
    void conclude_untold(item& done, const std::optional<problem>& refused);

    void try_waiting();
    [[nodiscard]] bool can_be_taken(const order& asked) const;
    [[nodiscard]] lane& owner_of(const order& asked) const;
    void hand_over(order_number number, const item& which);
    void try_again_later();

    void send_dead_letter(
        kafka::message received, const problem& why, open_message_pointer message
    );
    void finish(const open_message& message);
    [[nodiscard]] way_out* out(way which) const;
    template <class Do>
    void each_way_out(Do what) const;
    void watch_ways_out();

    void begin_to_stop(mailbox::stop_wish wish);
    [[nodiscard]] bool is_idle() const;
    [[nodiscard]] std::optional<steady_instant> next_wake() const;
    void pause_or_resume();

    const intake_options options_;
    const parts given_;
    // Shared with what the lanes call when they answer: that may be after the intake's end.
    const std::shared_ptr<mailbox> mail_ = std::make_shared<mailbox>();

    // The thread's own.
    entropy entropy_;
    order_number last_number_ = 0;
    std::unordered_map<order_number, item> orders_;
    std::set<order_number> waiting_;  // of them, are no lane's now
    std::size_t turned_away_ = 0;  // of them, have been refused for want of room, and not yet taken
    std::optional<steady_instant> tries_again_at_;
    duration pause_;
    std::size_t unfinished_bytes_ = 0;
    std::optional<mailbox::stop_wish> stop_;
    intake_statistics statistics_;

    // By `way`; none for replies that nobody gets.
    std::array<std::unique_ptr<way_out>, ways> ways_out_;
    std::unique_ptr<kafka::consumer> consumer_;
    std::thread thread_;  // last: it uses everything above
};

}  // namespace makegood
