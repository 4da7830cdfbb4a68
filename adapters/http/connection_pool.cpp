#include "adapters/http/connection_pool.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace makegood::http {

namespace asio = boost::asio;

namespace {

constexpr auto reported = asio::as_tuple(asio::use_awaitable);
// Generous for a backend; answers count their body against client_options::answer_bytes_max.
constexpr std::size_t answer_header_bytes_max = 64 * 1024;

}  // namespace

connection_lease::connection_lease(connection_pool& pool, std::unique_ptr<connection> leased)
    : pool_(&pool), leased_(std::move(leased)) {}

connection_lease::~connection_lease() {
    if (leased_) pool_->give_back(std::move(leased_), false);
}

void connection_lease::keep() {
    pool_->give_back(std::move(leased_), true);
}

connection_pool::connection_pool(asio::io_context& io, const origin& where, client_options limits)
    : io_(io),
      options_(limits),
      endpoints_(std::make_shared<endpoint_source>(io, where.host, where.port)),
      deadlines_(std::make_shared<deadline_watch>(io)) {}

std::optional<connection_lease> connection_pool::take() {
    while (!idle_.empty()) {
        std::unique_ptr<connection> last = std::move(idle_.back());
        idle_.pop_back();
        if (last->is_usable()) return lease(std::move(last));
    }
    if (in_use_count_ >= options_.connections_max) return std::nullopt;
    return lease(fresh());
}

asio::awaitable<std::optional<connection_lease>> connection_pool::wait(
    std::shared_ptr<connection_pool> self, instant deadline
) {
    // Leaves the queue also when the coroutine is destroyed where it waits.
    struct place {
        std::list<waiter*>& queue;
        waiter own;
        const std::list<waiter*>::iterator at;
        place(connection_pool& pool, instant until)
            : queue(pool.waiting_),
              own{asio::steady_timer(pool.io_, until), std::nullopt},
              at(queue.insert(queue.end(), &own)) {}
        ~place() {
            if (!own.granted) queue.erase(at);
        }
    };
    place taken(*self, deadline);
    auto waiting = taken.own.turn.async_wait(reported);
    co_await std::move(waiting);
    co_return std::move(taken.own.granted);
}

connection_lease connection_pool::lease(std::unique_ptr<connection> chosen) {
    in_use_.push_back(*chosen);
    ++in_use_count_;
    return {*this, std::move(chosen)};
}

std::unique_ptr<connection> connection_pool::fresh() {
    const reader_limits limits{answer_header_bytes_max, options_.answer_bytes_max};
    return std::make_unique<connection>(io_, deadlines_, limits, [this](connection& idle) {
        discard(idle);
    });
}

void connection_pool::give_back(std::unique_ptr<connection> returned, bool kept) {
    in_use_.erase(in_use_.iterator_to(*returned));
    --in_use_count_;
    if (!kept || closed_ || !returned->is_open()) returned.reset();
    if (closed_) return;
    if (!waiting_.empty()) {
        if (returned && !returned->is_usable()) returned.reset();
        waiter& first = *waiting_.front();
        first.granted.emplace(lease(returned ? std::move(returned) : fresh()));
        waiting_.pop_front();
        first.turn.cancel();
    } else if (returned) {
        returned->rest_until(coarse_now() + options_.idle_time_max);
        idle_.push_back(std::move(returned));
    }
}

void connection_pool::discard(connection& idle) {
    std::erase_if(idle_, [&idle](const auto& candidate) { return candidate.get() == &idle; });
}

void connection_pool::close() {
    closed_ = true;
    idle_.clear();
    endpoints_->close();
    for (connection& each : in_use_)
        each.cut();
    for (waiter* each : waiting_)
        each->turn.cancel();
}

}  // namespace makegood::http
