#include "examples/storefront/event_feed.hpp"

#include <fmt/format.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <cstdio>
#include <stdexcept>
#include <utility>

namespace storefront {
namespace asio = boost::asio;
namespace kafka = makegood::kafka;
using namespace std::chrono_literals;

namespace {

constexpr auto pause_before_next_try = 250ms;

std::string group_of(const event_source& from, std::string_view service, std::string_view file) {
    auto group = fmt::format("{}-{}", from.group, service);
    if (!file.empty()) group.append("-").append(file);
    return group;
}

kafka::settings_map settings_of(
    const event_source& from, const std::string& group, const std::string& member
) {
    kafka::settings_map settings{
        {"bootstrap.servers", from.brokers},
        {"client.id", "storefront"},
        {"group.id", group},
        // A member by its file: after a crash it has its partitions back at once, instead of when
        // the group has noticed that the one before is dead.
        {"group.instance.id", member},
        // How soon a topic is noticed that was not there yet.
        {"topic.metadata.refresh.interval.ms", "2000"}};
    if (from.settings_file.empty()) return settings;
    const auto more = kafka::read_settings_file(from.settings_file);
    if (!more) throw std::runtime_error(more.error().detail);
    for (const auto& [name, value] : *more) {
        if (settings.emplace(name, value).second) continue;
        throw std::runtime_error(fmt::format(
            "{} sets {}: remove it, the storefront sets that itself.", from.settings_file, name
        ));
    }
    return settings;
}

}  // namespace

struct event_feed::received {
    makegood::result_or<checkout_event, makegood::event_problem> news;
    kafka::receipt proof;
};

event_feed::event_feed(
    const event_source& from, std::string name, new_file begins, place at, apply told
)
    : name_(std::move(name)),
      topic_(from.topic),
      at_(at),
      apply_(std::move(told)),
      seen_(at.store),
      group_(group_of(
          from, name_, begins == new_file::reads_everything ? seen_.file_id() : std::string{}
      )) {
    kafka::consumer_options options{
        .settings = settings_of(from, group_, seen_.file_id()), .topics = {topic_}};
    auto opened = kafka::consumer::open(std::move(options), listener());
    if (!opened) throw std::runtime_error(opened.error().detail);
    consumer_ = std::move(*opened);
}

event_feed::~event_feed() = default;

kafka::consumer_listener event_feed::listener() {
    return {.received = [this](const kafka::message& message, const kafka::receipt& proof) {
        received read{read_checkout_event(message), proof};
        asio::post(at_.io, [this, read = std::move(read)]() mutable { take(std::move(read)); });
    }};
}

void event_feed::take(received message) {
    gathered_.push_back(std::move(message));
    if (pumping_) return;
    pumping_ = true;
    asio::co_spawn(at_.io, pump(), asio::detached);
}

// One batch at a time, so that the order holds when one has to be tried again.
asio::awaitable<void> event_feed::pump() {
    while (!gathered_.empty()) {
        const auto batch = std::exchange(gathered_, {});
        auto applied = apply_all(batch);
        co_await std::move(applied);
        for (const auto& each : batch) {
            if (!each.news) skip(each);
            consumer_->finish(each.proof);
        }
    }
    pumping_ = false;
}

asio::awaitable<void> event_feed::apply_all(const std::vector<received>& batch) {
    std::int64_t repeated = 0;
    const std::function<void(instant)> work = [&](instant now) {
        repeated = 0;
        for (const auto& each : batch) {
            if (!each.news) continue;
            seen_.note(*each.news) ? apply_(*each.news, now) : void(++repeated);
        }
    };
    for (bool durable = false; !durable;) {
        auto committed = at_.commits.perform(work);
        durable = co_await std::move(committed);
        if (durable) break;
        asio::steady_timer timer(at_.io, pause_before_next_try);
        auto elapsed = timer.async_wait(asio::use_awaitable);
        co_await std::move(elapsed);
    }
    repeated_ += repeated;
}

void event_feed::skip(const received& message) {
    ++skipped_;
    fmt::print(
        stderr, "storefront: {} skipped a message of {} that is no event of a checkout: {}\n",
        name_, topic_, message.news.error().detail
    );
}

void event_feed::add_routes(route_table& routes) {
    routes.add("GET /v1/feed", key_use::none, [this](const call&) { return state(); });
}

answer event_feed::state() {
    const auto now = consumer_->statistics();
    return {
        .status = 200,
        .body = {
            {"topic", topic_},
            {"group", group_},
            {"partitions", now.partitions},
            {"unfinished", now.unfinished},
            {"events", seen_.count()},
            {"repeated", repeated_},
            {"skipped", skipped_}}};
}

}  // namespace storefront
