#include "examples/storefront/service.hpp"

#include <fmt/format.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <utility>

#include "examples/storefront/broken_rules.hpp"
#include "examples/storefront/request_reading.hpp"

namespace storefront {
namespace asio = boost::asio;
using namespace std::chrono_literals;
using makegood::http::request;
using makegood::http::response;

namespace {

constexpr auto sweep_interval = 250ms;
constexpr auto drain_patience = 2s;
// Long beside the moment between two calls that were sent at once, on any machine.
constexpr auto overlap_time = 100ms;

makegood::http::server_options server_options_of(const service_options& options) {
    makegood::http::server_options chosen{.address = options.address, .port = options.port};
    if (is_broken(rule::keep_alive)) chosen.idle_time_max = 100ms;
    return chosen;
}

bool is_held_back(const std::optional<treatment>& treat) {
    return treat ? treat->mode == misbehaviour::late : key_watch::looks_for_overlap();
}

bool answers_after_delay(const std::optional<treatment>& treat) {
    return treat && (treat->mode == misbehaviour::slow || treat->mode == misbehaviour::hang);
}

// What the treatment makes of the answer to a call that was applied.
response spoiled(response whole, const std::optional<treatment>& treat) {
    if (!treat) return whole;
    if (treat->mode == misbehaviour::lost_answer || treat->mode == misbehaviour::hang) {
        whole.status = 0;
    }
    if (treat->mode == misbehaviour::malformed) {
        whole.status = 200;
        whole.body = "{\"status\": \"authorized";
    }
    return whole;
}

}  // namespace

struct service::exchange {
    call arrived;
    const route* to;
    std::optional<treatment> treat;
    answer reply;
};

service::service(service_options options, const build& make)
    : options_(std::move(options)),
      store_(options_.folder / (options_.name + ".db"), options_.commits),
      answers_(store_, wall_clock_now()),
      effects_(store_),
      keeper_(store_, answers_),
      backend_(make({store_, effects_})),
      commits_(
          io_,
          store_,
          [this](instant now) {
              call tick;
              tick.now = now;
              tick.at = rfc3339(now);
              backend_->before_batch(tick);
          }
      ),
      sweep_timer_(io_),
      server_(io_, server_options_of(options_), [this](const request& message) {
          return serve(message);
      }) {
    backend_->add_routes(routes_);
    effects_.add_routes(routes_);
    rules_.add_routes(routes_);
    add_own_routes();
    if (options_.feed) open_feed();
}

service::~service() {
    if (!thread_.joinable()) return;
    stop();
    join();
}

void service::start() {
    server_.start();
    asio::co_spawn(io_, sweep(), asio::detached);
    thread_ = std::thread([this] {
        io_.run();
        feed_.reset();  // here, so that several services leave their groups at the same time
    });
}

void service::stop() {
    asio::co_spawn(io_, close(), asio::detached);
}
void service::join() {
    thread_.join();
}

std::string service::url() const {
    return fmt::format("http://{}:{}", options_.address, server_.port());
}

void service::open_feed() {
    event_feed::apply apply = [this](const checkout_event& news, instant now) {
        call cause;
        cause.now = now;
        cause.at = rfc3339(now);
        cause.key = news.id;
        cause.checkout_id = news.checkout_id;
        backend_->told(news, cause);
    };
    const event_feed::place here{io_, store_, commits_};
    feed_ = std::make_unique<event_feed>(
        options_.feed->from, options_.name, options_.feed->begins, here, std::move(apply)
    );
    feed_->add_routes(routes_);
}

void service::add_own_routes() {
    routes_.add("GET /healthz", key_use::none, [this](const call& asked) {
        return answer{
            .status = 200,
            .body = {{"status", "ok"}, {"service", options_.name}, {"time", asked.at}}};
    });
}

asio::awaitable<response> service::serve(const request& message) {
    auto outcome = read(message);
    if (auto* early = std::get_if<response>(&outcome)) co_return std::move(*early);
    auto& under_way = std::get<exchange>(outcome);
    if (auto hasty = keys_.hasty_answer(under_way.arrived)) co_return as_response(*hasty);
    const key_watch::note noted(keys_, under_way.arrived.key);
    under_way.treat = rules_.take(*under_way.to, under_way.arrived);
    if (is_held_back(under_way.treat)) {
        auto held_back = wait(under_way.treat ? under_way.treat->delay : overlap_time);
        co_await std::move(held_back);
    }
    std::function<void(instant)> work = [this, &under_way](instant now) {
        carry_out(under_way, now);
    };
    auto committed = commits_.perform(std::move(work));
    const bool durable = co_await std::move(committed);
    if (!durable) co_return not_saved();
    if (answers_after_delay(under_way.treat)) {
        auto held_back = wait(under_way.treat->delay);
        co_await std::move(held_back);
    }
    auto whole = as_response(under_way.reply);
    if (is_garbled(under_way.to->name, whole.status)) whole.body.resize(whole.body.size() / 2);
    co_return spoiled(std::move(whole), under_way.treat);
}

std::variant<service::exchange, response> service::read(const request& message) {
    try {
        auto asked = read_call(message, routes_);
        return exchange{std::move(asked.arrived), asked.to, std::nullopt, {}};
    } catch (const unreadable& why) {
        return why.as_response();
    }
}

void service::carry_out(exchange& under_way, instant now) {
    under_way.arrived.now = now;
    under_way.arrived.at = rfc3339(now);
    if (!under_way.treat) under_way.treat = backend_->asked_for(under_way.arrived);
    under_way.reply = keeper_.carry_out(*under_way.to, under_way.arrived, under_way.treat);
}

asio::awaitable<void> service::wait(std::chrono::milliseconds delay) {
    asio::steady_timer timer(io_, delay);
    auto elapsed = timer.async_wait(asio::use_awaitable);
    co_await std::move(elapsed);
}

asio::awaitable<void> service::sweep() {
    boost::system::error_code stopped;
    while (!stopped) {
        sweep_timer_.expires_after(sweep_interval);
        auto elapsed = sweep_timer_.async_wait(asio::redirect_error(asio::use_awaitable, stopped));
        co_await std::move(elapsed);
        if (!stopped) commits_.nudge();
    }
}

asio::awaitable<void> service::close() {
    sweep_timer_.cancel();
    auto drained = server_.drain(drain_patience);
    co_await std::move(drained);
    io_.stop();
}

}  // namespace storefront
