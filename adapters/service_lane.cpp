#include "adapters/service_lane.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/post.hpp>
#include <exception>
#include <stdexcept>
#include <utility>

#include "adapters/kafka/refused_events.hpp"
#include "adapters/telemetry/event_metrics.hpp"
#include "adapters/telemetry/log.hpp"
#include "engine/assert.hpp"
#include "engine/limits.hpp"

namespace makegood {

namespace asio = boost::asio;

namespace {

lane_options lane_options_of(const service_options& options) {
    return {
        .engine = options.engine,
        .rate_limit = options.rate_limit,
        .key_retention = options.key_retention,
        .saga_retention = options.saga_retention,
        .event_retention = options.event_retention,
        .has_publisher = options.publishing.has_value(),
        .reads_waiting_max = options.reads_waiting_max,
        .commit_time_max = options.commit_time_max,
    };
}

http::server_options server_options_of(const service_options& options, std::uint16_t port) {
    http::server_options chosen;
    chosen.address = options.address;
    chosen.port = port;
    chosen.shares_port = options.lanes.size() > 1;
    chosen.body_bytes_max = limits::body_bytes_max;
    chosen.connections_max = options.connections_max;
    chosen.write_time_max = options.write_time_max;
    chosen.on_handler_failure = [](std::string_view what) {
        log(log_level::error, "a request could not be answered: " + std::string(what));
    };
    return chosen;
}

std::shared_ptr<event_bell> bell_of(
    asio::io_context& io,
    metrics& counted,
    const service_options& options,
    service_lane::place where
) {
    return std::make_shared<event_bell>(
        io, stream_metrics(counted, where.index),
        event_bell::limits{
            .lanes = options.lanes.size(),
            .listeners_max = options.event_streams_max,
            .keep_alive = options.event_keep_alive}
    );
}

std::unique_ptr<lane_faults> faults_of(
    asio::io_context& io, const api_context& context, const lane_store& store, participants& calls
) {
    if (context.faults == nullptr) return nullptr;
    return std::make_unique<lane_faults>(
        io, *context.faults, lane_faults::real_parts{calls, *store.writer, store.readers}
    );
}

std::function<bool(outbox_position, const kafka::message&, const std::string&)> keeper_of_refused(
    const service_options& options, std::size_t lane
) {
    return
        [file = kafka::refused_events(options.refused_events_file),
         lane](outbox_position position, const kafka::message& refused, const std::string& error) {
            const std::string which = "event " + std::to_string(position) + " of customer "
                                      + refused.key + " will never be taken by the broker (" + error
                                      + ")";
            const std::error_code failed = file.keep({lane, position, error}, refused);
            if (!failed) {
                log(log_level::error, which + "; it is kept in " + file.file());
                return true;
            }
            log(log_level::error, which + ", and " + file.file() + " cannot be written ("
                                      + failed.message()
                                      + "): it waits in the store, and what comes behind it counts "
                                        "as sent when it is kept; trying again");
            return false;
        };
}

}  // namespace

service_lane::service_lane(
    asio::io_context& io,
    const api_context& context,
    metrics& counted,
    const service_options& options,
    place where,
    lane_events events
)
    : io_(io),
      work_(asio::make_work_guard(io)),
      events_(events),
      calls_(counted, context.registry, where.index),
      sagas_(counted, context.registry),
      counted_(counted, where.index),
      participants_(io, options.backends, calls_),
      faults_(faults_of(io, context, options.lanes[where.index], participants_)),
      runtime_(
          io,
          parts(context, options.lanes[where.index]),
          lane_options_of(options),
          with_publisher(std::move(events))
      ),
      publisher_(publisher_of(counted, options, where)),
      bell_(bell_of(io, counted, options, where)),
      api_(context, counted, *bell_),
      server_(io, server_options_for(options, where.port), [this](const http::request& message) {
          return api_.answer(message);
      }) {}

service_lane::~service_lane() {
    ASSERT(!thread_.joinable());
}

lane_parts service_lane::parts(const api_context& context, const lane_store& store) {
    if (!faults_) {
        return {context.registry, *store.writer, store.readers, participants_, sagas_, counted_};
    }
    return {context.registry, faults_->writer(), faults_->readers(), faults_->calls(),
            sagas_,           counted_};
}

lane_events service_lane::with_publisher(lane_events events) {
    events.announced = [this, rings = std::move(events.announced)] {
        if (publisher_) publisher_->events_came();
        if (rings) rings();
    };
    return events;
}

std::unique_ptr<kafka::publisher> service_lane::publisher_of(
    metrics& counted, const service_options& options, place where
) {
    if (!options.publishing) return nullptr;
    const lane_store& store = options.lanes[where.index];
    if (store.events == nullptr) {
        throw std::invalid_argument("a lane that publishes events needs a reader for them");
    }
    auto opened = kafka::publisher::open(
        *options.publishing, *store.events,
        {.sent = [this](outbox_position up_to) { runtime_.events_were_sent(up_to); },
         .refused = keeper_of_refused(options, where.index),
         .progress =
             [counts = std::make_shared<event_metrics>(counted, where.index)](
                 const kafka::publisher_statistics& stands
             ) {
                 counts->stand(
                     {stands.newest - stands.sent, stands.stalled},
                     {stands.producer.acknowledged, stands.producer.refused, stands.unread}
                 );
             }}
    );
    if (!opened) throw std::invalid_argument(opened.error().detail);
    return std::move(*opened);
}

http::server_options service_lane::server_options_for(
    const service_options& options, std::uint16_t port
) {
    http::server_options chosen = server_options_of(options, port);
    chosen.turn_away = [this](const http::request& head) { return api_.turn_away(head); };
    return chosen;
}

void service_lane::run() {
    asio::post(io_, [this] {
        server_.start();
        runtime_.recover();
    });
    thread_ = std::thread([this] { run_loop(); });
}

void service_lane::run_loop() {
    try {
        io_.run();
    } catch (const std::exception& error) {
        // Nothing is lost by stopping: what was accepted is durable and goes on at the next start.
        events_.gave_up(std::string("a lane failed: ") + error.what());
    }
}

void service_lane::leave() {
    io_.stop();
}

void service_lane::join() {
    if (thread_.joinable()) thread_.join();
}

void service_lane::drain(duration patience, continuation<bool> done) {
    asio::post(io_, [this, patience, done = std::move(done)]() mutable {
        asio::co_spawn(
            io_, server_.drain(patience),
            [done = std::move(done)](const std::exception_ptr& failed) mutable {
                done(failed == nullptr);
            }
        );
    });
}

}  // namespace makegood
