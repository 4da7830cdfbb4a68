#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "adapters/intake/mailbox.hpp"
#include "adapters/intake/refused_answers.hpp"
#include "adapters/kafka/producer.hpp"

namespace makegood {

// A message that was received and is not finished. It is when nothing is `left` that has to be
// acknowledged, or kept, first.
struct open_message {
    kafka::receipt proof;
    std::size_t bytes = 0;
    std::size_t left = 0;
};
// Shared by the reply and the dead letter of one message, which go different ways and arrive in any
// order; all on the intake's thread.
using open_message_pointer = std::shared_ptr<open_message>;

// One topic that an intake answers on, with a producer of its own: while the dead letters' topic
// cannot be written, replies go on. What the broker will never take is kept in a file instead.
// Owned by the intake, and confined to its thread.
class way_out {
public:
    struct options {
        kafka::settings_map settings;
        std::string source;          // whose messages are answered, for people
        std::string topic;           // where answers go, for people
        std::string refused;         // the file of what the broker will never take
        duration quiet_max;          // without an acknowledgement of what waits: then it is logged
        duration keeps_again_after;  // when that file could not be written
    };
    // Told when a message has nothing left to wait for.
    using finisher = std::function<void(const open_message&)>;

    // `mail` is told by `which` what becomes of what is sent. Refused as kafka::producer is.
    [[nodiscard]] static result_or<std::unique_ptr<way_out>, kafka::settings_problem> open(
        options wanted, way which, const std::shared_ptr<mailbox>& mail, finisher finish
    );

    // One more thing that the message waits for. What the producer has no room for stays here.
    void send(kafka::message content, open_message_pointer answered);
    void go_on();  // sends what there is room for, and keeps what could not be kept before

    // In the order of the mailbox: refusals come before a position at or beyond them.
    void take_refusal(mailbox::refusal_by_broker refused);
    void settle(kafka::message_position up_to);

    // Whether what is sent is not taken, for too long, or cannot be kept; logged when that changes.
    [[nodiscard]] bool is_stalled();
    // Nothing is on its way. What cannot be kept is not waited for: it is received again.
    [[nodiscard]] bool is_idle() const;
    [[nodiscard]] std::optional<steady_instant> next_wake() const;

private:
    struct outgoing {
        kafka::message content;
        open_message_pointer answered;
    };
    struct offered {
        kafka::message_position position = 0;
        open_message_pointer answered;
    };
    struct unkept {
        kafka::message content;
        std::string error;
        open_message_pointer answered;
    };

    way_out(options wanted, finisher finish);
    void send_some();
    void keep_some();
    [[nodiscard]] std::error_code keep(const unkept& refused) const;
    void done(open_message& answered);

    const options options_;
    const finisher finish_;
    const refused_answers file_;

    std::deque<outgoing> outgoing_;
    std::deque<offered> offered_;
    std::vector<unkept> unkept_;
    std::optional<steady_instant> keeps_again_at_;
    kafka::message_position last_position_ = 0;
    steady_instant moved_at_{};  // since when nothing that is on its way has been acknowledged
    bool stalled_ = false;

    std::unique_ptr<kafka::producer> producer_;
};

}  // namespace makegood
