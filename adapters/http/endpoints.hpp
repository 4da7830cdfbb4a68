#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>
#include <list>
#include <memory>
#include <string>
#include <vector>

#include "adapters/http/clock.hpp"

namespace makegood::http {

// The addresses of one origin. Numeric ones and `localhost` are known at once; other names are
// looked up once for all who wait, off the thread (Asio's resolver does that), and kept until a
// connect fails. Owned by a client, confined to its thread.
class endpoint_source : public std::enable_shared_from_this<endpoint_source> {
public:
    using addresses = std::vector<boost::asio::ip::tcp::endpoint>;

    endpoint_source(boost::asio::io_context& io, std::string host, std::string port);

    // Empty when the name is unknown or the look-up took longer than until the deadline.
    static boost::asio::awaitable<addresses> find(
        std::shared_ptr<endpoint_source> self, instant deadline
    );
    void forget();  // a connect failed: the name may have moved
    void close();   // nobody has to wait any longer

private:
    void look_up();
    void found(const boost::asio::ip::tcp::resolver::results_type& results);

    const std::string host_;
    const std::string port_;
    addresses fixed_;
    addresses known_;
    bool looking_up_ = false;
    bool closed_ = false;
    boost::asio::ip::tcp::resolver resolver_;
    std::list<boost::asio::steady_timer> waiting_;
};

}  // namespace makegood::http
