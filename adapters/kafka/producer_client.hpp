#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "adapters/kafka/message.hpp"
#include "adapters/kafka/settings.hpp"
#include "adapters/kafka/wake_up.hpp"

struct rd_kafka_s;
struct rd_kafka_message_s;

namespace makegood::kafka {

// What became of one message.
struct delivery {
    enum class outcome : std::uint8_t {
        acknowledged,  // all in-sync replicas have it
        refused,       // the broker will never take it: something is wrong with the message, or
                       // with one that travelled in its batch
        held,          // it was not taken, and nothing is wrong with it
    };
    message_position position;
    outcome what;
    // librdkafka's name, "MSG_SIZE_TOO_LARGE"; empty when acknowledged, or held by our own stop.
    std::string error;
};

// One life of an idempotent librdkafka producer: the thin wrapper. It ends with the first message
// that fails, by librdkafka's gapless guarantee, so that nothing passes that message; `producer`
// then makes another one. Confined to one thread, which `wake_up` wakes when there is news.
class producer_client {
public:
    struct options {
        const settings_map& settings;
        bool alone = false;  // each message in a batch of its own
    };
    // Nothing is sent yet, and no broker need be there.
    [[nodiscard]] static result_or<std::unique_ptr<producer_client>, settings_problem> make(
        const options& wanted, wake_up& wakes
    );
    // What is under way is forgotten; the broker may still get it.
    ~producer_client();
    producer_client(const producer_client&) = delete;
    producer_client& operator=(const producer_client&) = delete;

    // Never waits. `sent` must stay where it is until its delivery is told. The delivery at once
    // when there is nothing to wait for.
    [[nodiscard]] std::optional<delivery> send(message_position position, const message& sent);

    struct news {
        std::vector<delivery> deliveries;
        std::vector<std::string> errors;  // names; what librdkafka copes with by itself
    };
    // All since the last time.
    [[nodiscard]] news serve();

    // Sends nothing more; what is under way is held, unless its delivery is known already. A client
    // that fails is stopped and served until nothing is outstanding: the delivery that says why
    // comes after the failure.
    void stop();
    // Taken by `send`, and not told of by `serve`.
    [[nodiscard]] std::size_t outstanding() const { return outstanding_; }
    // Why it will not send any more, by librdkafka's name; nothing while it does.
    [[nodiscard]] std::optional<std::string> end() const;
    // Messages written to brokers, again each time, as of librdkafka's last statistics.
    [[nodiscard]] std::uint64_t transmissions() const { return transmissions_; }

private:
    struct callbacks;
    producer_client() = default;

    rd_kafka_s* client_ = nullptr;
    news news_;
    std::size_t outstanding_ = 0;
    bool is_stopped_ = false;
    std::uint64_t transmissions_ = 0;
};

}  // namespace makegood::kafka
