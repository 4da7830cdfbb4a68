#include "adapters/participants/complete_attempt.hpp"

#include <exception>
#include <string>
#include <utility>

#include "adapters/telemetry/log.hpp"

namespace makegood {

boost::asio::awaitable<void> complete_attempt(
    boost::asio::awaitable<attempt_outcome> attempt, participants::completion done
) {
    attempt_outcome outcome = no_answer{};
    try {
        outcome = co_await std::move(attempt);
    } catch (const std::exception& failed) {
        const std::string detail =
            std::string("the attempt failed in this process: ") + failed.what();
        log(log_level::error, detail);
        outcome = no_answer{.reached = true, .detail = detail};
    }
    done(std::move(outcome));
}

}  // namespace makegood
