#pragma once

#include <boost/asio/awaitable.hpp>

#include "engine/ports/participants.hpp"

namespace makegood {

// Tells `done` how the attempt ended, exactly once. One that fails here, for want of memory or by a
// fault of ours, has had no answer: the engine waits for every attempt, and one that nobody ends
// would hold its saga until the next restart.
[[nodiscard]] boost::asio::awaitable<void> complete_attempt(
    boost::asio::awaitable<attempt_outcome> attempt, participants::completion done
);

}  // namespace makegood
