#include "examples/storefront/group_commit.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <boost/asio/post.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <cstdio>

namespace storefront {
namespace asio = boost::asio;

namespace {

constexpr std::size_t batch_calls_max = 512;

}  // namespace

struct group_commit::unit {
    std::function<void(instant)> work;
    asio::steady_timer committed;  // never fires: it is cancelled to wake the one that waits
    bool durable = false;
};

group_commit::group_commit(
    asio::io_context& io, database& store, std::function<void(instant)> before_each
)
    : io_(io), store_(store), before_each_(std::move(before_each)) {}

asio::awaitable<bool> group_commit::perform(std::function<void(instant)> work) {
    const auto never = asio::steady_timer::time_point::max();
    unit mine{std::move(work), asio::steady_timer(io_, never)};
    gathered_.push_back(&mine);
    nudge();
    boost::system::error_code cancelled;
    auto woken = mine.committed.async_wait(asio::redirect_error(asio::use_awaitable, cancelled));
    co_await std::move(woken);
    co_return mine.durable;
}

void group_commit::nudge() {
    if (scheduled_) return;
    scheduled_ = true;
    asio::post(io_, [this] { run_batch(); });
}

void group_commit::run_batch() {
    scheduled_ = false;
    const auto count = std::min(gathered_.size(), batch_calls_max);
    const auto end = gathered_.begin() + static_cast<std::ptrdiff_t>(count);
    const std::vector<unit*> batch(gathered_.begin(), end);
    gathered_.erase(gathered_.begin(), end);
    const bool durable = commit(batch);
    for (auto* each : batch) {
        each->durable = durable;
        each->committed.cancel();
    }
    if (!gathered_.empty()) nudge();
}

bool group_commit::commit(const std::vector<unit*>& batch) {
    const auto now = wall_clock_now();
    try {
        store_.begin();
        before_each_(now);
        for (auto* each : batch) {
            each->work(now);
        }
        store_.commit();
        return true;
    } catch (const std::exception& fault) {
        store_.rollback();
        fmt::print(
            stderr, "storefront: {} calls were rolled back and answered 503: {}\n", batch.size(),
            fault.what()
        );
        return false;
    }
}

}  // namespace storefront
