#pragma once

#include <cstdint>

namespace makegood {

// Why a request was not done. Each has a word code and a help page (`makegood explain`). Persisted
// by position, in command_answered: append only.
enum class refusal : std::uint8_t {
    none = 0,
    idempotency_key_reused,  // the key was seen with another payload
    not_found,               // no such saga
    past_pivot,              // the deduction is (being) confirmed: only forward now
    already_ended,           // completed, failed or compensated
    signal_not_expected,     // nobody waits for it, or it came before or late
    report_not_expected,     // nobody's word is taken for that fact, or not of this saga
    call_not_open,           // resolve: that call is not waiting for a person
    not_resolvable,          // resolve: the call's answer is needed, a person cannot replace it
    nothing_to_retry,        // retry, resume: no call is open, or only a task for a person
    not_parked,              // resume: the saga is not parked
    overloaded,              // a limit is reached; nothing was accepted
    store_unavailable,       // the store cannot commit or be read; nothing was accepted
};

}  // namespace makegood
