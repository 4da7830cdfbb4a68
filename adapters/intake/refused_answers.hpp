#pragma once

#include <string>
#include <system_error>

#include "adapters/intake/outbound.hpp"
#include "adapters/kafka/message.hpp"

namespace makegood {

// Replies and dead letters that the broker will never take: a file with a line of JSON for each,
// complete, so that a person can mend the cause and send them again. A value type; any number of
// them, on any threads, may write to one file.
class refused_answers {
public:
    explicit refused_answers(std::string file) : file_(std::move(file)) {}

    // `place` is where the message was that it answers; `error` is librdkafka's name. Durable when
    // it returns no error; otherwise it can be tried again.
    [[nodiscard]] std::error_code keep(
        const message_place& place, const std::string& error, const kafka::message& refused
    ) const;

    [[nodiscard]] const std::string& file() const { return file_; }

private:
    std::string file_;
};

}  // namespace makegood
