#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "adapters/kafka/consumer.hpp"
#include "examples/storefront/checkout_event.hpp"
#include "examples/storefront/clock.hpp"
#include "examples/storefront/group_commit.hpp"
#include "examples/storefront/route_table.hpp"
#include "examples/storefront/seen_events.hpp"

namespace storefront {

// Where a file that is new begins to read.
enum class new_file {
    reads_everything,  // from the first event that the topic holds: what it keeps can be made anew
    goes_on,           // where the file before it was: what was done is not done again
};

struct event_source {
    std::string brokers;  // empty: there is none
    std::string topic = "checkout.events";
    std::string group = "storefront";  // what the names of the consumers' groups begin with
    std::string settings_file;         // more of librdkafka's settings, for TLS and SASL; or empty
};

// Brings the engine's events into a service, each once: read on the consumer's thread, applied on
// the service's, in order, in one transaction with the event's id. Only then is the message
// finished at the broker; what a crash cuts off before comes again, and what it cuts off after is
// known by its id. Owned by a service; built and destroyed while nothing runs on `io`.
class event_feed {
public:
    struct place {
        boost::asio::io_context& io;
        database& store;
        group_commit& commits;
    };
    // Told inside a transaction of each event that is new.
    using apply = std::function<void(const checkout_event&, instant)>;

    // `name` is the service's. Throws std::runtime_error with a sentence when the settings are not
    // to be used. A broker need not be there.
    event_feed(const event_source& from, std::string name, new_file begins, place at, apply told);
    // Leaves the group, which may take seconds.
    ~event_feed();

    void add_routes(route_table& routes);

private:
    struct received;

    [[nodiscard]] makegood::kafka::consumer_listener listener();
    void take(received message);
    boost::asio::awaitable<void> pump();
    boost::asio::awaitable<void> apply_all(const std::vector<received>& batch);
    void skip(const received& message);
    answer state();

    const std::string name_;
    const std::string topic_;
    const place at_;
    const apply apply_;
    seen_events seen_;
    const std::string group_;
    std::vector<received> gathered_;
    bool pumping_ = false;
    // Since the start.
    std::int64_t repeated_ = 0;
    std::int64_t skipped_ = 0;
    std::unique_ptr<makegood::kafka::consumer> consumer_;  // last: its thread uses the others
};

}  // namespace storefront
