#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>
#include <functional>
#include <vector>

#include "examples/storefront/clock.hpp"
#include "examples/storefront/database.hpp"

namespace storefront {

// Gathers the requests that arrive while a commit is under way into the next transaction, so that
// the disk is waited for once per batch and not once per request; there is no artificial delay. The
// commit blocks the service's thread, and the requests wait meanwhile in their sockets. Owned by a
// service, used on the thread of `io`.
class group_commit {
public:
    // `before_each` runs first in every transaction.
    group_commit(
        boost::asio::io_context& io, database& store, std::function<void(instant)> before_each
    );

    // Runs `work` in the next transaction; returns once that is durable, or false when it was
    // rolled back as a whole and nothing of it is left.
    boost::asio::awaitable<bool> perform(std::function<void(instant)> work);

    // A transaction with nothing but `before_each`, unless one is due anyway.
    void nudge();

private:
    struct unit;

    void run_batch();
    bool commit(const std::vector<unit*>& batch);

    boost::asio::io_context& io_;
    database& store_;
    std::function<void(instant)> before_each_;
    // They live in the coroutines that wait for them.
    std::vector<unit*> gathered_;
    bool scheduled_ = false;
};

}  // namespace storefront
