#include "adapters/lane/concurrency_limit.hpp"

#include <algorithm>

namespace makegood {
namespace {

using namespace std::chrono_literals;

// Far above what a start takes on a machine with something to spare, and still quick for a person.
constexpr std::chrono::nanoseconds acceptable_at_least = 40ms;
// A start waits for the commit under way and for its own. What waits for more of them is queued.
constexpr int acceptable_commits = 4;
constexpr std::chrono::nanoseconds pause_at_least = 100ms;

}  // namespace

concurrency_limit::concurrency_limit(range allowed)
    : allowed_{std::min(allowed.least, allowed.most), allowed.most}, limit_(allowed.most) {}

void concurrency_limit::start_was_durable(
    std::chrono::nanoseconds waited, steady_instant at, std::size_t active
) {
    if (waited <= acceptable()) {
        const bool in_use = active + active / 4 >= limit_;
        if (in_use && limit_ < allowed_.most) ++limit_;
        return;
    }
    if (at < shrinks_again_at_ || active < allowed_.least) return;
    const std::size_t reached = std::min(limit_, active);
    limit_ = std::clamp(reached - reached / 10, allowed_.least, allowed_.most);
    shrinks_again_at_ = at + std::max(pause_at_least, waited);
}

void concurrency_limit::commit_took(std::chrono::nanoseconds time) {
    usual_commit_ += (time - usual_commit_) / 8;
}

std::chrono::nanoseconds concurrency_limit::acceptable() const {
    return std::max(acceptable_at_least, acceptable_commits * usual_commit_);
}

}  // namespace makegood
