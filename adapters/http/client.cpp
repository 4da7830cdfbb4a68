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

}  // namespace

struct client::implementation {
    implementation(asio::io_context& io, origin to, client_options options)
        : where(std::move(to)),
          pool(std::make_shared<connection_pool>(io, where, std::move(options))) {}

    static asio::awaitable<exchange_result> exchange(
        std::shared_ptr<implementation> self, request message, instant deadline
    );
    asio::awaitable<exchange_result> exchange_afresh(
        connection& on, bool was_sent, instant deadline
    ) const;
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
    connection& on = leased->get();
    on.prepare(message, self->where);
    bool was_sent = false;
    bool is_over = on.is_open();
    if (is_over) {
        auto exchanging = on.exchange(deadline);
        co_await std::move(exchanging);
        was_sent = on.sent();
        is_over = !on.was_stale() || (was_sent && !may_be_repeated(message));
    }
    exchange_result result;
    if (is_over) {
        result = on.take_result();
    } else {
        auto exchanging = self->exchange_afresh(on, was_sent, deadline);
        result = co_await std::move(exchanging);
    }
    if (on.is_open()) leased->keep();
    co_return result;
}

// On a new connection. When the request was sent on the old one, the server may have seen it there,
// whatever comes of this attempt.
asio::awaitable<exchange_result> client::implementation::exchange_afresh(
    connection& on, bool was_sent, instant deadline
) const {
    const std::string problem = co_await open(on, deadline);
    if (!problem.empty()) {
        if (!was_sent) co_return not_sent(problem);
        co_return failure{exchange_failure::cut, "the connection was closed; then: " + problem};
    }
    auto exchanging = on.exchange(deadline);
    co_await std::move(exchanging);
    exchange_result result = on.take_result();
    auto* failed = std::get_if<failure>(&result);
    const bool is_not_sent = failed != nullptr && failed->kind == exchange_failure::not_sent;
    if (is_not_sent && was_sent) failed->kind = exchange_failure::cut;
    co_return result;
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
