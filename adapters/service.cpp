#include "adapters/service.hpp"

#include <sys/resource.h>

#include <algorithm>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/steady_timer.hpp>
#include <csignal>
#include <cstdlib>
#include <optional>
#include <stdexcept>
#include <utility>

#include "adapters/clock/clock.hpp"
#include "adapters/fault_injection/fault_rules.hpp"
#include "adapters/intake/checkout_orders.hpp"
#include "adapters/intake/shipment_orders.hpp"
#include "adapters/lane/lane_set.hpp"
#include "adapters/lane/partition_map.hpp"
#include "adapters/service_lane.hpp"
#include "adapters/telemetry/intake_metrics.hpp"
#include "adapters/telemetry/log.hpp"
#include "adapters/telemetry/metrics.hpp"
#include "engine/assert.hpp"

namespace makegood {

namespace asio = boost::asio;

namespace {

partition_map owners_of(const std::vector<lane_store>& lanes) {
    if (lanes.empty() || lanes.size() > partitions_count) {
        throw std::invalid_argument("a service has 1 to 256 lanes, each with its own store");
    }
    std::vector<std::vector<partition>> owned;
    for (const lane_store& each : lanes) {
        if (each.writer == nullptr || each.readers.empty()) {
            throw std::invalid_argument("every lane needs a writer and at least one reader");
        }
        owned.push_back(each.partitions);
    }
    const bool dealt = std::all_of(owned.begin(), owned.end(), [](const auto& partitions) {
        return partitions.empty();
    });
    return dealt ? partition_map(lanes.size()) : partition_map(owned);
}

// Every connection costs a descriptor, and many systems begin with far fewer than are permitted.
void raise_descriptor_limit() {
    rlimit limit{};
    if (::getrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur == limit.rlim_max) return;
    limit.rlim_cur = limit.rlim_max;
    if (::setrlimit(RLIMIT_NOFILE, &limit) == 0) return;
    log(log_level::warning, "the limit of open files could not be raised to its maximum");
}

}  // namespace

// Confined to the thread of run(), but for what is said to be posted there.
struct service::implementation {
    implementation(const definition_registry& registry, service_options wanted);
    ~implementation();

    void add_lane(std::size_t index);
    void open_intakes();
    void open_intake(const intake_options& wanted, message_reader read);
    int run(std::function<void(std::uint64_t resumed)> ready);

    // From any thread: posted to control.
    void lane_recovered(std::size_t unfinished);
    void give_up(const std::string& why);
    void ring(std::size_t lane);  // it has events, for the streams of all lanes
    void stop();

    void wait_for_signal();
    void begin_drain();
    void stop_intakes();
    void leave_when_settled();
    void close_servers();
    void settle_lanes();
    // Runs `next` here once each of so many lanes has called what is returned.
    std::function<void()> after_every_lane(std::function<void()> next);
    void leave(int code);

    // Constant after construction.
    const service_options options;
    api_context context() {
        return {
            lanes,
            registry,
            counted,
            options.refuse_body,
            faults ? &*faults : nullptr,
            options.engine.writes_outbox,
            options.folder_id,
            options.publishing.has_value()};
    }
    const definition_registry& registry;
    metrics counted;
    std::optional<fault_rules> faults;  // only where they are allowed
    lane_set lanes;
    // Before the lanes, so that they end after all of them: see service_lane.
    std::vector<std::unique_ptr<asio::io_context>> loops;
    std::vector<std::unique_ptr<service_lane>> processes;
    std::vector<std::unique_ptr<command_intake>> intakes;  // one for each topic that is read

    asio::io_context control{1};
    asio::executor_work_guard<asio::io_context::executor_type> work =
        asio::make_work_guard(control);
    asio::signal_set signals{control};
    asio::steady_timer notice{control};
    std::function<void(std::uint64_t resumed)> tell_ready;
    std::size_t lanes_missing = 0;
    std::uint64_t resumed = 0;  // sagas that the lanes found unfinished
    bool draining = false;
    std::size_t intakes_open = 0;  // while it drains
    bool lanes_settled = false;
    bool left = false;
    int exit_code = 0;
};

service::implementation::implementation(const definition_registry& known, service_options wanted)
    : options(std::move(wanted)), registry(known), lanes(owners_of(options.lanes)) {
    if (!options.refuse_body) throw std::invalid_argument("a service needs a rule for bodies");
    if (options.allow_fault_injection) faults.emplace(counted);
    for (std::size_t index = 0; index < options.lanes.size(); ++index)
        add_lane(index);
    open_intakes();
}

service::implementation::~implementation() {
    intakes.clear();  // they ask the lanes
    for (const auto& each : processes)
        each->leave();
    for (const auto& each : processes)
        each->join();
}

void service::implementation::add_lane(std::size_t index) {
    loops.push_back(std::make_unique<asio::io_context>(1));
    const std::uint16_t port = processes.empty() ? options.port : processes.front()->port();
    lane_events events{
        .recovered = [this](std::size_t unfinished) { lane_recovered(unfinished); },
        .gave_up = [this](const std::string& why) { give_up(why); },
        .changed = {},
        .announced = [this, index] { ring(index); },
    };
    processes.push_back(std::make_unique<service_lane>(
        *loops.back(), context(), counted, options, service_lane::place{index, port},
        std::move(events)
    ));
    lanes.add(processes.back()->runtime());
}

// What arrives before the lanes have recovered waits for them.
void service::implementation::open_intakes() {
    if (options.commands) {
        open_intake(*options.commands, checkout_order_reader(registry, options.refuse_body));
    }
    if (options.shipments) {
        open_intake(*options.shipments, shipment_order_reader(registry, options.refuse_body));
    }
}

void service::implementation::open_intake(const intake_options& wanted, message_reader read) {
    const auto count = [counts = std::make_shared<intake_metrics>(counted, wanted.topic)](
                           const intake_statistics& stands
                       ) {
        counts->stand(
            {stands.unfinished, stands.is_paused, stands.stalled},
            {stands.received, stands.accepted, stands.refused, stands.dead_letters,
             stands.refused_by_broker}
        );
    };
    auto opened =
        command_intake::open(wanted, {std::move(read), options.refuse_body, lanes, count});
    if (!opened) throw std::invalid_argument(opened.error().detail);
    intakes.push_back(std::move(*opened));
}

int service::implementation::run(std::function<void(std::uint64_t resumed)> ready) {
    raise_descriptor_limit();
    if (faults) {
        log(log_level::warning,
            "FAULT INJECTION IS ON: anybody who reaches this server can make it fail and crash; "
            "never run it so in production");
    }
    tell_ready = std::move(ready);
    lanes_missing = processes.size();
    if (options.handles_signals) {
        signals.add(SIGTERM);
        signals.add(SIGINT);
        wait_for_signal();
    }
    for (const auto& each : processes)
        each->run();
    control.run();
    // From here on nobody listens to signals: a disk that hangs must not make the process deaf to
    // them.
    signals.clear();
    intakes.clear();
    for (const auto& each : processes)
        each->leave();
    for (const auto& each : processes)
        each->join();
    log(log_level::info, "stopped");
    return exit_code;
}

void service::implementation::wait_for_signal() {
    signals.async_wait([this](const boost::system::error_code& error, int) {
        if (error) return;
        // Whoever signals twice does not want to wait, not even for the disk; what was accepted is
        // durable.
        if (draining) std::_Exit(1);
        begin_drain();
        wait_for_signal();
    });
}

void service::implementation::lane_recovered(std::size_t unfinished) {
    asio::post(control, [this, unfinished] {
        ASSERT(lanes_missing > 0);
        resumed += unfinished;
        if (--lanes_missing == 0 && tell_ready) tell_ready(resumed);
    });
}

void service::implementation::give_up(const std::string& why) {
    log(log_level::error, "giving up: " + why);
    asio::post(control, [this] { leave(1); });
}

void service::implementation::ring(std::size_t lane) {
    for (const auto& each : processes)
        each->bell().ring(lane);
}

void service::implementation::stop() {
    asio::post(control, [this] {
        if (draining) return leave(1);
        begin_drain();
    });
}

// -- the drain, step by step

void service::implementation::begin_drain() {
    draining = true;
    log(log_level::info, "draining: no new checkouts; what is under way is finished");
    for (const auto& each : processes)
        each->runtime().begin_drain();
    stop_intakes();
    notice.expires_after(options.drain.notice);
    notice.async_wait([this](const boost::system::error_code& error) {
        if (!error) close_servers();
    });
}

// Beside the drain of the servers and not before it: a broker that is away must not take the time
// that requests under way have. Orders that lanes have are answered for until the lanes settle.
void service::implementation::stop_intakes() {
    intakes_open = intakes.size();
    // The servers take one patience, the lanes another.
    const steady_instant until = steady_now() + options.drain.notice + 2 * options.drain.patience;
    for (const auto& each : intakes) {
        each->stop(until, [this] {
            asio::post(control, [this] {
                --intakes_open;
                leave_when_settled();
            });
        });
    }
}

void service::implementation::leave_when_settled() {
    if (intakes_open == 0 && lanes_settled) leave(0);
}

void service::implementation::close_servers() {
    const auto arrived = after_every_lane([this] { settle_lanes(); });
    for (const auto& each : processes) {
        each->drain(options.drain.patience, [arrived](bool) { arrived(); });
    }
}

void service::implementation::settle_lanes() {
    const auto arrived = after_every_lane([this] {
        lanes_settled = true;
        leave_when_settled();
    });
    const steady_instant until = steady_now() + options.drain.patience;
    for (const auto& each : processes) {
        each->runtime().settle(until, [arrived](bool settled) {
            if (!settled) {
                log(log_level::warning,
                    "the store did not commit in time; transitions since then are done again at "
                    "the next start");
            }
            arrived();
        });
    }
}

std::function<void()> service::implementation::after_every_lane(std::function<void()> next) {
    // Shared by the lanes' calls, which come from their threads and count down here.
    auto missing = std::make_shared<std::size_t>(processes.size());
    return [this, missing, next = std::move(next)] {
        asio::post(control, [missing, next] {
            if (--*missing == 0) next();
        });
    };
}

void service::implementation::leave(int code) {
    if (left) return;
    left = true;
    exit_code = code;
    control.stop();
}

service::service(const definition_registry& registry, service_options options)
    : implementation_(std::make_unique<implementation>(registry, std::move(options))) {}

service::~service() = default;

int service::run(std::function<void(std::uint64_t resumed)> ready) {
    return implementation_->run(std::move(ready));
}

std::uint16_t service::port() const {
    return implementation_->processes.front()->port();
}

void service::stop() {
    implementation_->stop();
}

}  // namespace makegood
