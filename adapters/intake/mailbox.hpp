#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "adapters/clock/clock.hpp"
#include "adapters/kafka/assigned_partitions.hpp"
#include "adapters/kafka/message.hpp"
#include "adapters/kafka/wake_up.hpp"
#include "adapters/lane/saga_answer.hpp"

namespace makegood {

// The topics that an intake answers on.
enum class way : std::uint8_t { replies, dead_letters };
inline constexpr std::size_t ways = 2;

// Names an order while it is under way; later ones are higher.
using order_number = std::uint64_t;

// Where the threads of the consumer, of the lanes and of the producer leave what the intake's
// thread has to know. It is as large as what is under way, which the consumer bounds. Members may
// be called from any thread, but for `wait` and `take`.
class mailbox {
public:
    struct arrival {
        kafka::message content;
        kafka::receipt proof;
    };
    struct outcome {
        order_number number = 0;
        saga_answer answer;
    };
    struct refusal_by_broker {
        way from{};
        kafka::message_position position = 0;
        kafka::message content;
        std::string error;
    };
    struct stop_wish {
        steady_instant until;
        std::function<void()> stopped;
    };
    struct contents {
        std::vector<arrival> arrivals = {};
        std::vector<outcome> outcomes = {};
        std::vector<refusal_by_broker> refusals = {};
        std::array<std::optional<kafka::message_position>, ways> settled = {};
        std::optional<stop_wish> stop = {};
        bool ends = false;
    };

    void arrived(arrival what);
    void answered(outcome what);
    void refused(refusal_by_broker what);
    void settled(way which, kafka::message_position up_to);
    void stop(stop_wish wish);
    void end();

    // Returns when something has come, or at that moment.
    void wait(std::optional<steady_instant> until) noexcept { wakes_.wait(until); }
    [[nodiscard]] contents take();

private:
    template <class Change>
    void change(Change change);

    kafka::wake_up wakes_;
    std::mutex mutex_;  // guards this
    contents contents_;
};

}  // namespace makegood
