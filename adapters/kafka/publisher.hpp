#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "adapters/kafka/event_message.hpp"
#include "adapters/kafka/producer.hpp"
#include "adapters/kafka/settings.hpp"
#include "adapters/kafka/wake_up.hpp"
#include "engine/ports/journal.hpp"
#include "engine/time.hpp"

namespace makegood::kafka {

struct publisher_options {
    settings_map settings;  // of the producer
    std::string topic = "checkout.events";
    content_mode mode = content_mode::structured;
    std::string source{event_source};
    std::size_t events_read_at_once = 1'000;
    // After a read that left nothing: then it reads what has come meanwhile at once, in large
    // messages to the broker, instead of commit by commit.
    duration gather{20};
    duration read_pause{1'000};  // before a store that could not be read is asked again
    duration quiet_max{30'000};  // without progress while events wait: then it is logged
};

struct publisher_statistics {
    outbox_position newest = 0;  // in the store, as far as is known
    outbox_position sent = 0;    // all up to here; what lies between waits
    bool stalled = false;        // some wait, and the first of them did for `quiet_max`
    std::uint64_t unread = 0;    // reads of the store that failed
    producer_statistics producer;
};

// Told on a thread of the publisher's. Must not throw, wait, or destroy it.
struct publisher_listener {
    // Every event up to there has been sent: to be made durable, so that a publisher that is opened
    // later goes on behind it.
    std::function<void(outbox_position)> sent = {};
    // The broker will never take this event: whether it is kept elsewhere now, durably. Then it is
    // passed by. Until then this is called again and again, and `sent` does not go beyond it.
    std::function<bool(outbox_position, const message&, const std::string& error)> refused = {};
    // How it stands, by its own thread: when events came, and when some were sent. May be empty.
    std::function<void(const publisher_statistics&)> progress = {};
};

// Sends what a store keeps of events, in its order, from behind what was sent. What was sent and
// not made durable before a crash is sent again, with the same id. The broker may be slow or away
// for as long as it likes: events wait in the store, and nobody else does. An event that the broker
// will never take is passed by once it is kept elsewhere, and waits in the store until then.
// Owned by one lane's runtime; has a thread of its own beside its producer's, and all of them give
// way to the others when there is less processor than work.
class publisher {
public:
    // Refused when librdkafka does not take the settings. No broker need be there. `events` is read
    // by the publisher's thread only and outlives it.
    [[nodiscard]] static result_or<std::unique_ptr<publisher>, settings_problem> open(
        publisher_options options, journal_reader& events, publisher_listener listener
    );
    // Does not wait for the broker; what is not settled is sent by the next one.
    ~publisher();
    publisher(const publisher&) = delete;
    publisher& operator=(const publisher&) = delete;

    // A commit has brought events. From any thread; costs next to nothing when it is awake.
    void events_came();

    // From any thread.
    [[nodiscard]] publisher_statistics statistics() const;

private:
    publisher(publisher_options options, journal_reader& events, publisher_listener listener);

    [[nodiscard]] result_or<void, settings_problem> open_producer();
    void run() noexcept;
    [[nodiscard]] bool find_beginning();
    [[nodiscard]] bool look();
    [[nodiscard]] bool send_some();
    void send(std::vector<positioned_event> found);
    void sleep();
    void gather();
    void watch_progress();
    void read_failed(const store_error& error);
    void settled(outbox_position up_to);

    const publisher_options options_;
    const publisher_listener listener_;
    journal_reader& events_;
    wake_up wake_up_;
    wake_up ending_;  // which alone cuts gathering short
    std::atomic<bool> ends_ = false;
    std::atomic<outbox_position> newest_ = 0;
    std::atomic<outbox_position> sent_ = 0;
    std::atomic<bool> stalled_ = false;
    std::atomic<std::uint64_t> unread_ = 0;

    // The thread's own.
    outbox_position offered_ = 0;
    outbox_position sent_before_ = 0;  // when it last looked,
    bool waited_before_ = false;       // whether events waited then,
    steady_instant moved_at_{};        // and since when nothing has moved although some do
    bool is_failing_ = false;

    std::unique_ptr<producer> producer_;  // its thread calls settled()
    std::thread thread_;                  // last: it uses everything above
};

}  // namespace makegood::kafka
