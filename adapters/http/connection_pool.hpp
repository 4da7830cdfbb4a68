#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/asio/steady_timer.hpp>
#include <list>
#include <memory>
#include <optional>
#include <vector>

#include "adapters/http/client.hpp"
#include "adapters/http/connection.hpp"
#include "adapters/http/endpoints.hpp"

namespace makegood::http {

class connection_pool;

// The right to use one connection. Returns its place to the pool when it goes, and with `keep` the
// connection too; without, the connection is closed: an exchange that ends in any other way than
// with a whole answer leaves nothing behind that the next one could mistake for its own.
class connection_lease {
public:
    connection_lease(connection_pool& pool, std::unique_ptr<connection> leased);
    ~connection_lease();
    connection_lease(connection_lease&&) noexcept = default;
    connection_lease& operator=(connection_lease&& other) noexcept {
        std::swap(pool_, other.pool_);
        std::swap(leased_, other.leased_);
        return *this;
    }

    [[nodiscard]] connection& get() const { return *leased_; }
    void keep();

private:
    connection_pool* pool_;  // shared by the exchange that has the lease
    std::unique_ptr<connection> leased_;
};

// The connections of one client: idle ones, last used first; a cap on all; and a first-come queue
// of exchanges that wait for one. Shared with the exchanges under way, confined to the client's
// thread.
class connection_pool {
public:
    connection_pool(boost::asio::io_context& io, const origin& where, client_options limits);

    // A connection that is free now, open or not; nothing when all are in use.
    [[nodiscard]] std::optional<connection_lease> take();
    // Waits for one in turn; nothing when the deadline passes or the pool is closed first.
    static boost::asio::awaitable<std::optional<connection_lease>> wait(
        std::shared_ptr<connection_pool> self, instant deadline
    );
    void close();

    [[nodiscard]] bool is_closed() const { return closed_; }
    [[nodiscard]] std::size_t in_use() const { return in_use_count_; }
    [[nodiscard]] std::size_t waiting() const { return waiting_.size(); }
    [[nodiscard]] const client_options& options() const { return options_; }
    [[nodiscard]] const std::shared_ptr<endpoint_source>& endpoints() const { return endpoints_; }

private:
    friend class connection_lease;

    // In a coroutine's frame while that waits for its turn.
    struct waiter {
        boost::asio::steady_timer turn;  // cancelled when it has come
        std::optional<connection_lease> granted;
    };

    connection_lease lease(std::unique_ptr<connection> chosen);
    std::unique_ptr<connection> fresh();
    void give_back(std::unique_ptr<connection> returned, bool kept);
    void discard(connection& idle);

    boost::asio::io_context& io_;
    const client_options options_;
    const std::shared_ptr<endpoint_source> endpoints_;
    const std::shared_ptr<deadline_watch> deadlines_;

    std::vector<std::unique_ptr<connection>> idle_;
    boost::intrusive::list<
        connection,
        boost::intrusive::base_hook<in_use_hook>,
        boost::intrusive::constant_time_size<false>>
        in_use_;
    std::size_t in_use_count_ = 0;
    std::list<waiter*> waiting_;
    bool closed_ = false;
};

}  // namespace makegood::http
