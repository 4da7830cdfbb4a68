#include "adapters/http/client.hpp"

#include <algorithm>
#include <utility>

#include "adapters/http/connection_pool.hpp"
#include "adapters/http/wire_text.hpp"

namespace makegood::http {

namespace asio = boost::asio;

namespace {

exchange_result not_sent(std::string detail) {
    return failure{exchange_failure::not_sent, std::move(detail)};
}

bool may_be_repeated(const request& message) {
    return message.method == "GET" || message.fields.contains("Idempotency-Key");
}

// A kept-alive connection that the server closed while the request was on its way to it.
bool was_stale(const connection::outcome& ended) {
    const auto* failed = std::get_if<failure>(&ended.result);
    if (failed == nullptr || ended.answered) return false;
    return failed->kind == exchange_failure::cut || failed->kind == exchange_failure::not_sent;
}

}  // namespace

struct client::implementation {
    implementation(asio::io_context& io, origin to, client_options options)
        : where(std::move(to)),
          pool(std::make_shared<connection_pool>(io, where, std::move(options))) {}

    static asio::awaitable<exchange_result> exchange(
        std::shared_ptr<implementation> self, request message, instant deadline
    );
    static asio::awaitable<exchange_result> exchange_on(
        std::shared_ptr<implementation> self, connection& on, request message, instant deadline
    );
    asio::awaitable<std::string> open(connection& on, instant deadline) const;

    const origin where;
    const std::shared_ptr<connection_pool> pool;
};

asio::awaitable<exchange_result> client::implementation::exchange(
    std::shared_ptr<implementation> self, request message, instant deadline
) {
    connection_pool& pool = *self->pool;
    if (pool.is_closed()) co_return not_sent("the client was closed");
    std::optional<connection_lease> leased = pool.take();
    if (!leased) {
        if (pool.waiting() >= pool.options().waiting_max) {
            co_return not_sent("too many requests wait for a connection already");
        }
        leased = co_await connection_pool::wait(self->pool, deadline);
        if (pool.is_closed()) co_return not_sent("the client was closed");
    }
    if (!leased || steady_now() >= deadline) co_return not_sent("no free connection in time");
    auto exchanging = exchange_on(self, leased->get(), std::move(message), deadline);
    exchange_result result = co_await std::move(exchanging);
    if (leased->get().is_open()) leased->keep();
    co_return result;
}

asio::awaitable<exchange_result> client::implementation::exchange_on(
    std::shared_ptr<implementation> self, connection& on, request message, instant deadline
) {
    const bool is_head = message.method == "HEAD";
    const bool is_reused = on.is_open();
    if (!is_reused) {
        std::string problem = co_await self->open(on, deadline);
        if (!problem.empty()) co_return not_sent(std::move(problem));
    }
    std::string text;
    append_request(text, message, self->where);
    connection::outcome first = co_await on.exchange(text, is_head, deadline);
    const bool is_repeatable = !first.sent || may_be_repeated(message);
    if (!is_reused || !was_stale(first) || !is_repeatable) co_return std::move(first.result);

    // Whatever comes of the second attempt, the server may have seen the first.
    const std::string problem = co_await self->open(on, deadline);
    if (!problem.empty()) {
        if (!first.sent) co_return not_sent(problem);
        co_return failure{exchange_failure::cut, "the connection was closed; then: " + problem};
    }
    connection::outcome second = co_await on.exchange(text, is_head, deadline);
    auto* failed = std::get_if<failure>(&second.result);
    const bool is_not_sent = failed != nullptr && failed->kind == exchange_failure::not_sent;
    if (is_not_sent && first.sent) failed->kind = exchange_failure::cut;
    co_return std::move(second.result);
}

asio::awaitable<std::string> client::implementation::open(connection& on, instant deadline) const {
    const instant limit = steady_now() + pool->options().connect_time_max;
    return on.open(pool->endpoints(), std::min(deadline, limit));
}

client::client(asio::io_context& io, origin where, client_options options)
    : implementation_(std::make_shared<implementation>(io, std::move(where), options)) {}

client::~client() {
    close();
}

asio::awaitable<exchange_result> client::exchange(
    request message, std::chrono::steady_clock::time_point deadline
) {
    return implementation::exchange(implementation_, std::move(message), deadline);
}

std::size_t client::under_way() const {
    return implementation_->pool->in_use();
}

std::size_t client::waiting() const {
    return implementation_->pool->waiting();
}

void client::close() {
    implementation_->pool->close();
}

}  // namespace makegood::http
