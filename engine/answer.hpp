#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <variant>

#include "engine/time.hpp"
#include "engine/variables.hpp"

namespace makegood {

// What came back on the wire for one attempt, before anybody reads meaning into it.
struct backend_answer {
    unsigned status = 0;
    std::string body;
    std::optional<duration> retry_after;
};

// No answer. `reached` tells whether the backend may have seen the request.
struct no_answer {
    bool reached = true;
    std::string detail;  // "no answer within 5000 ms", "connection refused"
};

// Not tried: the circuit of the backend is open. It delays the call and decides nothing.
struct call_deferred {
    instant until{};
};

using attempt_outcome = std::variant<backend_answer, no_answer, call_deferred>;

// What an answer means (CONTRACTS.md, "How an answer is read").
struct answered_done {
    variables learnt;
};
struct answered_waiting {
    variables learnt;
};
struct answered_refused {
    std::string code;
    std::string detail;
};
struct answered_retry {
    std::string detail;
    std::optional<duration> retry_after;
};
struct answered_unknown {
    std::string detail;
};
struct answered_denied {
    std::string detail;
};

using call_answer = std::variant<
    answered_done,
    answered_waiting,
    answered_refused,
    answered_retry,
    answered_unknown,
    answered_denied>;

}  // namespace makegood
