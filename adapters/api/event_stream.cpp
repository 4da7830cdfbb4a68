#include "adapters/api/event_stream.hpp"

#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>
#include <stdexcept>
#include <string>
#include <utility>

#include "adapters/api/event_scan.hpp"
#include "adapters/api/problem.hpp"
#include "adapters/lane/from_lanes.hpp"
#include "adapters/telemetry/log.hpp"

// stream = "retry: 1000" position *( event / gap / damage / silence )
// event  = "id: " positions NL "event: " type NL "data: " CloudEvent NL NL
// gap    = "id: " positions NL "event: makegood.gap" NL "data: {"missed":" count "}" NL NL
// damage = "event: makegood.unreadable" NL "data: {"code":" code ","detail":" text "}" NL NL
// silence = ": " NL position
// position = "id: " positions NL NL      (remembered by the reader, and no event to it)
namespace makegood {

namespace asio = boost::asio;

namespace {

constexpr scan_limits piece_limits{.found = 500, .looked_at = 5'000, .bytes = 256 * 1024};

// A stream that has caught up looks at the stores no more often than this, however many commits
// bring events, so that what all streams cost does not grow with them.
constexpr std::chrono::milliseconds look_pause{50};

// Before a store whose readers have too much to do is asked again.
constexpr std::chrono::milliseconds busy_pause{250};

class event_stream {
public:
    explicit event_stream(wanted_stream wanted)
        : wanted_(std::move(wanted)),
          look_again_at_(wanted_.lanes.size()),
          is_damaged_(wanted_.lanes.size()) {}

    asio::awaitable<void> run(http::body_stream& out);

private:
    asio::awaitable<bool> look_at(std::size_t lane, http::body_stream& out);
    asio::awaitable<bool> failed(std::size_t lane, store_error why, http::body_stream& out);
    std::string piece_of(std::size_t lane, const event_scan& scan);
    std::string id_line() const;
    std::string position() const { return id_line() + "\n"; }
    asio::awaitable<bool> send(std::string piece, http::body_stream& out);

    wanted_stream wanted_;
    std::vector<steady_instant> look_again_at_;  // by lane
    std::vector<bool> is_damaged_;               // by lane: the reader has been told
    steady_instant silent_until_{};
};

asio::awaitable<void> event_stream::run(http::body_stream& out) {
    event_listener& listener = *wanted_.listener;
    // The position comes first, so that a reader that is cut before any event goes on from here.
    auto beginning = send("retry: 1000\n" + position(), out);
    bool taken = co_await std::move(beginning);
    while (taken) {
        // First, for news that the filter does not take may come without end.
        if (steady_now() >= silent_until_) {
            auto saying = send(": \n" + position(), out);
            taken = co_await std::move(saying);
        } else if (const auto lane = listener.take_news()) {
            auto pausing = listener.wait_for_time(look_again_at_.at(*lane));
            co_await std::move(pausing);
            auto looking = look_at(*lane, out);
            taken = co_await std::move(looking);
        } else {
            auto waiting = listener.wait_for_news(silent_until_);
            co_await std::move(waiting);
        }
    }
}

asio::awaitable<bool> event_stream::look_at(std::size_t lane, http::body_stream& out) {
    auto read = [filter = wanted_.filter, after = wanted_.after.at(lane)](journal_reader& reader) {
        return scan_events(reader, filter, after, piece_limits);
    };
    auto reading = from_lanes<store_result<event_scan>>({wanted_.lanes.at(lane)}, std::move(read));
    const auto parts = co_await std::move(reading);
    if (!parts.front()) {
        wanted_.listener->has_news(lane);
        look_again_at_.at(lane) = steady_now() + busy_pause;
        co_return true;
    }
    const store_result<event_scan>& scan = *parts.front();
    if (!scan) {
        auto telling = failed(lane, scan.error(), out);
        co_return co_await std::move(telling);
    }
    is_damaged_.at(lane) = false;
    if (scan->at_end) {
        look_again_at_.at(lane) = steady_now() + look_pause;
    } else {
        wanted_.listener->has_news(lane);
    }
    std::string piece = piece_of(lane, *scan);
    if (piece.empty()) co_return true;
    auto sending = send(std::move(piece), out);
    const bool taken = co_await std::move(sending);
    if (taken) wanted_.listener->counted().streamed(scan->found.size());
    co_return taken;
}

// A reader that is cut comes back at once, for ever, where time alone mends nothing: so it is told
// once, and the other lanes go on.
asio::awaitable<bool> event_stream::failed(
    std::size_t lane, store_error why, http::body_stream& out
) {
    if (why.code != store_errc::corrupt && why.code != store_errc::too_new) {
        throw std::runtime_error("events cannot be read: " + why.detail);
    }
    look_again_at_.at(lane) = steady_now() + busy_pause;
    if (is_damaged_.at(lane)) co_return true;
    is_damaged_.at(lane) = true;
    log(log_level::error, "events cannot be read, and a reader is told: " + why.detail);
    const problem told = problem_of(why);
    const boost::json::object data{{"code", told.code}, {"detail", told.detail}};
    auto sending =
        send("event: makegood.unreadable\ndata: " + boost::json::serialize(data) + "\n\n", out);
    co_return co_await std::move(sending);
}

std::string event_stream::piece_of(std::size_t lane, const event_scan& scan) {
    std::string piece;
    if (scan.missing > scan.after) {
        wanted_.after[lane] = scan.missing;
        piece = id_line() + "event: makegood.gap\ndata: {\"missed\":"
                + std::to_string(scan.missing - scan.after) + "}\n\n";
    }
    for (const found_event& each : scan.found) {
        wanted_.after[lane] = each.position;
        piece += id_line();
        piece.append("event: ").append(each.type).append("\ndata: ").append(each.text) += "\n\n";
    }
    wanted_.after[lane] = scan.last;
    return piece;
}

std::string event_stream::id_line() const {
    return "id: " + position_text(wanted_.mark, wanted_.after) + "\n";
}

asio::awaitable<bool> event_stream::send(std::string piece, http::body_stream& out) {
    auto writing = out.write(std::move(piece));
    const bool taken = co_await std::move(writing);
    silent_until_ = steady_now() + wanted_.listener->keep_alive();
    co_return taken;
}

}  // namespace

std::function<asio::awaitable<void>(http::body_stream&)> event_stream_of(wanted_stream wanted) {
    return [wanted = std::move(wanted)](http::body_stream& out) -> asio::awaitable<void> {
        event_stream stream(wanted);
        auto running = stream.run(out);
        co_await std::move(running);
    };
}

}  // namespace makegood
