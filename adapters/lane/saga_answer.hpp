#pragma once

#include <cstdint>
#include <string>

#include "engine/engine.hpp"

namespace makegood {

// Why a lane did not even ask its engine.
enum class turned_away : std::uint8_t {
    no,
    starting,      // still reading what it must continue
    draining,      // about to stop; takes no new sagas
    rate_limited,  // this customer starts too many
};

// What became of a request for one saga, rendered while its record could be read. A value that may
// cross threads.
struct saga_answer {
    turned_away door = turned_away::no;
    refusal why = refusal::none;
    std::string detail;      // for people; may be empty
    duration retry_after{};  // of a rate limit
    // The rest only when nothing was refused.
    saga_id id;
    customer_id customer;
    bool ended = false;
    bool replayed = false;
    std::string body;  // JSON, as CONTRACTS.md shows it
};

}  // namespace makegood
