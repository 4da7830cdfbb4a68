#pragma once

#include <chrono>
#include <memory>
#include <string>
#include <vector>

#include "conformance/exchange.hpp"

namespace makegood::conformance {

// Sends calls to one backend and returns when their answers are there. Owned by a run, used by one
// thread.
class caller {
public:
    // Throws std::invalid_argument when `url` is no address of a backend.
    caller(const std::string& url, std::chrono::milliseconds answer_time_max);
    ~caller();
    caller(const caller&) = delete;
    caller& operator=(const caller&) = delete;

    [[nodiscard]] exchange send(backend_call call);
    // All under way together, begun in this order; the answers are in the same order.
    [[nodiscard]] std::vector<exchange> send_at_once(std::vector<backend_call> calls);

    struct sequence {
        std::vector<exchange> exchanges;  // fewer than calls when the connection ended in between
        bool stayed_open = false;         // after the last of them, for `watched`
    };
    // One after the other on a connection of their own, watched for so long after each answer.
    [[nodiscard]] sequence send_on_one_connection(
        std::vector<backend_call> calls, std::chrono::milliseconds watched
    );

    // Empty when a connection can be opened, else why not.
    [[nodiscard]] std::string problem_with_connecting();
    // Whether anything at all comes back, be it a no: asked when a call was not answered.
    [[nodiscard]] bool answers();
    // Between two looks at something that only time changes.
    void pause(std::chrono::milliseconds length);

private:
    struct implementation;
    std::unique_ptr<implementation> implementation_;
};

}  // namespace makegood::conformance
