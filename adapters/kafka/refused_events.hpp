#pragma once

#include <string>
#include <system_error>
#include <utility>

#include "adapters/kafka/message.hpp"

namespace makegood::kafka {

// Where events go that the broker will never take: a file with a line of JSON for each, complete,
// with the reason, so that a person can mend the cause and send them again. The store drops an
// event some time after it was passed by; this file keeps it until somebody takes it away. A value
// type; any number of them, on any threads, may write to one file.
class refused_events {
public:
    explicit refused_events(std::string file) : file_(std::move(file)) {}

    struct refusal {
        std::size_t lane = 0;
        message_position position = 0;  // in the lane's outbox
        std::string error;              // librdkafka's name
    };
    // Durable when it returns no error; otherwise the file is as it was, and it can be tried again.
    [[nodiscard]] std::error_code keep(const refusal& why, const message& refused) const;

    [[nodiscard]] const std::string& file() const { return file_; }

private:
    std::string file_;
};

}  // namespace makegood::kafka
