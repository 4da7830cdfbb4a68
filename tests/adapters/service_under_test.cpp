#include "tests/adapters/service_under_test.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/use_future.hpp>
#include <boost/asio/write.hpp>
#include <boost/json/parse.hpp>
#include <stdexcept>

#include "adapters/api/route_table.hpp"
#include "adapters/clock/clock.hpp"
#include "adapters/http/client.hpp"
#include "adapters/telemetry/log.hpp"
#include "sagas/json/body_reading.hpp"
#include "sagas/registry.hpp"

namespace makegood::test {

namespace asio = boost::asio;
namespace json = boost::json;

namespace {

constexpr std::chrono::seconds patience{60};

checkout_settings settings_of(const service_setup& wanted) {
    checkout_settings settings;
    settings.fulfilment_enabled = wanted.fulfilment;
    settings.track_shipments = wanted.tracks_shipments;
    return settings;
}

// Every answer of every test must be one that the route table, and so the API's description, knows.
void check_status(const http::request& asked, const http::response& answer) {
    const route_match to = match_route(asked.method, asked.path());
    const std::string status = std::to_string(answer.status);
    constexpr std::string_view of_transport = "408 413 431 500 501";
    const std::string_view known =
        to.index == route_match::none ? "404 405" : routes[to.index].statuses;
    const bool is_known = known.find(status) != std::string_view::npos
                          || of_transport.find(status) != std::string_view::npos;
    if (!is_known) {
        throw std::logic_error(asked.method + " " + asked.target + " answered " + status);
    }
}

}  // namespace

http::response exchange(
    std::uint16_t port,
    std::string method,
    std::string target,
    std::initializer_list<header> fields,
    std::string body
) {
    asio::io_context io{1};
    const http::origin where{"127.0.0.1", std::to_string(port), {}};
    http::client client(io, where, {});
    http::request message{std::move(method), std::move(target), {}, std::move(body)};
    for (const auto& [name, value] : fields)
        message.fields.add(name, value);
    auto exchanging = client.exchange(message, steady_now() + patience);
    auto result = asio::co_spawn(io, std::move(exchanging), asio::use_future);
    // Not run(): the client keeps its connection for a while, and has work until then.
    while (result.wait_for(std::chrono::seconds{0}) != std::future_status::ready)
        io.run_one();
    http::exchange_result ended = result.get();
    if (auto* failed = std::get_if<http::failure>(&ended)) {
        throw std::runtime_error("no answer: " + failed->detail);
    }
    http::response answer = std::get<http::response>(std::move(ended));
    check_status(message, answer);
    return answer;
}

std::string exchange_bytes(std::uint16_t port, std::string_view bytes) {
    asio::io_context io{1};
    asio::ip::tcp::socket socket(io);
    socket.connect({asio::ip::make_address("127.0.0.1"), port});
    asio::write(socket, asio::buffer(bytes.data(), bytes.size()));
    std::string answer;
    boost::system::error_code ended;
    asio::read(socket, asio::dynamic_buffer(answer), ended);
    return answer;
}

json::object object_of(const http::response& answer) {
    return json::parse(answer.body).as_object();
}

std::string text_of(const json::object& members, std::string_view name) {
    const auto found = members.find({name.data(), name.size()});
    if (found == members.end()) return {};
    const json::string& text = found->value().as_string();
    return {text.data(), text.size()};
}

std::string code_of(const http::response& problem) {
    if (problem.content_type != "application/problem+json") {
        throw std::runtime_error("not a problem: " + problem.body);
    }
    return text_of(object_of(problem), "code");
}

std::string checkout_body(std::string_view customer) {
    return R"({"customer_id":")" + std::string(customer)
           + R"(","items":[{"sku":"SKU-1","quantity":2}],"currency":"USD",)"
             R"("payment":{"method":"card","token":"tok_visa"}})";
}

service_under_test::service_under_test(service_setup wanted)
    : setup_(std::move(wanted)), registry_(make_registry(settings_of(setup_))) {
    open_log({.level = log_level::silent, .form = log_form::readable});
    for (std::size_t lane = 0; lane < setup_.lanes; ++lane) {
        stores_.push_back(std::make_unique<shared_memory_store>(registry_));
    }
    service_ = std::make_unique<service>(registry_, options());
}

service_under_test::~service_under_test() {
    backends_.release();
    for (const auto& each : stores_) {
        each->release_commits();
        each->release_reads();
    }
    if (!exit_.valid()) return;
    service_->stop();
    service_->stop();
    exit_.wait();
}

service_options service_under_test::options() {
    service_options options;
    options.port = 0;
    options.handles_signals = false;
    options.refuse_body = makegood::json::refuse_body;
    for (const auto& each : stores_) {
        options.lanes.push_back({&each->open_writer(), {&each->reader()}, {}});
    }
    for (const char* const name :
         {"cart", "catalog", "inventory", "payment", "order", "fulfillment", "notification"}) {
        options.backends[name].url = backends_.url();
    }
    options.engine.retries.forward.first_delay = duration{1};
    options.engine.retries.forward.delay_max = duration{5};
    options.engine.writes_outbox = setup_.keeps_events;
    if (setup_.change) setup_.change(options);
    return options;
}

void service_under_test::start() {
    auto ready = std::make_shared<std::promise<std::uint64_t>>();
    std::future<std::uint64_t> is_ready = ready->get_future();
    exit_ = std::async(std::launch::async, [this, ready] {
        return service_->run([ready](std::uint64_t resumed) { ready->set_value(resumed); });
    });
    if (is_ready.wait_for(patience) != std::future_status::ready) {
        throw std::runtime_error("the service did not become ready");
    }
    resumed_ = is_ready.get();
}

void service_under_test::start_without_waiting() {
    exit_ = std::async(std::launch::async, [this] { return service_->run(); });
}

int service_under_test::wait_for_exit() {
    if (exit_.wait_for(patience) != std::future_status::ready) {
        throw std::runtime_error("the service did not end");
    }
    return exit_.get();
}

void service_under_test::start_again() {
    service_ = std::make_unique<service>(registry_, options());
    start();
}

http::response service_under_test::get(std::string target, std::initializer_list<header> fields)
    const {
    return exchange(port(), "GET", std::move(target), fields);
}

http::response service_under_test::post(
    std::string target, std::string body, std::initializer_list<header> fields
) const {
    return exchange(port(), "POST", std::move(target), fields, std::move(body));
}

http::response service_under_test::check_out(std::string key, std::string_view customer) const {
    return post(
        "/v1/checkouts", checkout_body(customer),
        {{"Idempotency-Key", std::move(key)}, {"Prefer", "wait=60"}}
    );
}

std::string service_under_test::begin_checkout(std::string key, std::string_view customer) const {
    const http::response answer =
        post("/v1/checkouts", checkout_body(customer), {{"Idempotency-Key", std::move(key)}});
    return text_of(object_of(answer), "id");
}

http::response service_under_test::get_until(
    std::string target, const std::function<bool(const http::response&)>& wanted
) const {
    const steady_instant until = steady_now() + patience;
    http::response last;
    while (steady_now() < until) {
        last = get(target);
        if (wanted(last)) return last;
    }
    throw std::runtime_error("never as wanted, last: " + last.body);
}

}  // namespace makegood::test
