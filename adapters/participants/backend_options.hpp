#pragma once

#include <cstdint>
#include <string>

#include "engine/time.hpp"

namespace makegood {

// When calls to a failing backend are held back. A failure is a call without an answer or a 5xx.
struct breaker_options {
    std::uint32_t failures_in_a_row_max = 10;  // opens at once
    std::uint32_t sample_calls = 50;           // looked at together; a share needs that many
    std::uint32_t failures_in_sample_max = 25;
    duration open_time{1'000};  // before the first probe; doubles with each failed one
    duration open_time_max{30'000};
};

// One backend: where it is and what it is trusted with. Per lane: every lane has its own pool.
struct backend_options {
    std::string url = {};  // http://host:port[/base]
    duration connect_time_max{1'000};
    duration call_time_max{5'000};           // of one attempt, with the wait for a free connection
    std::size_t connections_max = 64;        // also the calls under way at once
    std::size_t calls_waiting_max = 10'000;  // for a connection; more fail as not sent
    std::size_t answer_bytes_max = 256 * 1024;
    breaker_options breaker = {};
};

}  // namespace makegood
