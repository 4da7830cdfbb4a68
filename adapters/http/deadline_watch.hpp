#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/intrusive/list.hpp>
#include <chrono>
#include <memory>

#include "adapters/http/clock.hpp"

namespace makegood::http {

// One timer for any number of deadlines. Moving a deadline is a store and a comparison, because the
// timer is only touched when a deadline comes before the next look; almost all deadlines are moved
// or dropped long before they pass. Owned by a server or a client and its
// connections, confined to their thread. A
// deadline is reported within look_interval_min after it has passed.
class deadline_watch : public std::enable_shared_from_this<deadline_watch> {
    using hook = boost::intrusive::list_base_hook<
        boost::intrusive::link_mode<boost::intrusive::auto_unlink>>;

public:
    // Looks are at least this far apart, so that a crowd of deadlines costs a bounded number of
    // scans.
    static constexpr std::chrono::milliseconds look_interval_min{5};

    // Something that has at most one deadline at a time. Shares the watch, since a base class is
    // destroyed after every member that could own one.
    class entry : public hook {
    public:
        explicit entry(std::shared_ptr<deadline_watch> watch);
        entry(const entry&) = delete;
        entry& operator=(const entry&) = delete;

        void arm(instant at);
        void disarm() { at_ = instant::max(); }

    protected:
        virtual ~entry();

    private:
        friend class deadline_watch;
        // The entry is disarmed before the call, and may be destroyed by it.
        virtual void deadline_passed() = 0;

        const std::shared_ptr<deadline_watch> watch_;
        instant at_ = instant::max();
    };

    explicit deadline_watch(boost::asio::io_context& io);

private:
    using entry_list = boost::intrusive::list<entry, boost::intrusive::constant_time_size<false>>;

    void look_at(instant at);
    void look();
    instant take_due(instant until, entry_list& due);

    boost::asio::steady_timer timer_;
    instant next_look_ = instant::max();
    entry_list entries_;
};

}  // namespace makegood::http
