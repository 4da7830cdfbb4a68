#pragma once

#include <boost/asio/ip/tcp.hpp>
#include <boost/intrusive/list.hpp>
#include <cstddef>
#include <memory>

#include "adapters/http/deadline_watch.hpp"
#include "adapters/http/server.hpp"

namespace makegood::http {

// One accepted connection, as its server sees it: in the server's list from its start to the end of
// its last operation.
class session : public boost::intrusive::list_base_hook<> {
public:
    // Closes the connection when nothing of a request has come, and ends an answer without end.
    virtual void drain() = 0;
    // Cuts the connection when its client has hung up while it waits for the answer.
    virtual void give_way() = 0;
    // Closes the connection when it has had nothing of a request since then; tells whether it did.
    virtual bool close_if_idle(instant since) = 0;
    // Closes the connection at once, and cancels what its handler waits for.
    virtual void cut() = 0;

protected:
    ~session() = default;
};

// What the sessions of one server share. Owned by the server and by each of its sessions, since a
// session may outlive the server until its handler returns; confined to the thread of the
// io_context.
class session_host {
public:
    session_host(boost::asio::io_context& context, server_options limits, handler answers);
    virtual ~session_host() = default;

    void joins(session& newcomer);
    // It waits for a request from now on: the longer a session has been idle, the nearer it is to
    // the beginning of the list.
    void rests(session& idle);
    void leaves(session& leaver);

    boost::asio::io_context& io;
    const server_options options;
    const handler handle;
    const std::shared_ptr<deadline_watch> deadlines;
    boost::intrusive::list<session> sessions;
    std::size_t connection_count = 0;
    bool draining = false;

private:
    virtual void session_ended() = 0;
};

// Serves a connection until it ends; returns at once.
void start_session(std::shared_ptr<session_host> host, boost::asio::ip::tcp::socket socket);

}  // namespace makegood::http
