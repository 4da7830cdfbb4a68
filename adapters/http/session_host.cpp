#include <utility>

#include "adapters/http/session.hpp"

namespace makegood::http {

session_host::session_host(boost::asio::io_context& context, server_options limits, handler answers)
    : io(context),
      options(std::move(limits)),
      handle(std::move(answers)),
      deadlines(std::make_shared<deadline_watch>(context)) {}

void session_host::joins(session& newcomer) {
    sessions.push_back(newcomer);
    ++connection_count;
}

void session_host::rests(session& idle) {
    sessions.splice(sessions.end(), sessions, sessions.iterator_to(idle));
}

void session_host::leaves(session& leaver) {
    sessions.erase(sessions.iterator_to(leaver));
    --connection_count;
    session_ended();
}

}  // namespace makegood::http
