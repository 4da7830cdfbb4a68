#pragma once

#include <functional>
#include <memory>
#include <vector>

#include "adapters/api/event_bell.hpp"
#include "adapters/api/event_query.hpp"
#include "adapters/http/message.hpp"
#include "adapters/lane/lane.hpp"

namespace makegood {

// What one reader of server-sent events is sent, and from where on.
struct wanted_stream {
    std::vector<lane*> lanes;
    event_filter filter;
    std::string mark;       // of the history that positions are of
    event_positions after;  // one a lane
    std::shared_ptr<event_listener> listener;
};

// The body of GET /v1/events: the events behind `after`, then those that come, until the reader is
// gone or takes too long to take a piece. Holds one piece at a time and reads one store at a time;
// no lane ever waits for it.
[[nodiscard]] std::function<boost::asio::awaitable<void>(http::body_stream&)> event_stream_of(
    wanted_stream wanted
);

}  // namespace makegood
