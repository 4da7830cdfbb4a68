#include "tests/adapters/backends.hpp"

#include <algorithm>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <chrono>
#include <stdexcept>
#include <utility>

#include "adapters/clock/clock.hpp"

namespace makegood::test {

namespace asio = boost::asio;
namespace json = boost::json;

namespace {

http::response json_answer(unsigned status, json::object body) {
    return {status, "application/json", {}, json::serialize(body)};
}

json::object quote_of(const json::object& wanted) {
    json::array items;
    std::int64_t total = 0;
    for (const json::value& each : wanted.at("items").as_array()) {
        json::object line = each.as_object();
        const std::int64_t amount = 500 * line.at("quantity").as_int64();
        line["unit_price"] = 500;
        line["amount"] = amount;
        total += amount;
        items.push_back(std::move(line));
    }
    return {{"items", std::move(items)}, {"total", total}, {"currency", wanted.at("currency")}};
}

json::object reservation_of(const json::object& wanted) {
    return {
        {"reservation_id", wanted.at("reservation_id")},
        {"status", "reserved"},
        {"expires_at", format_instant(now() + std::chrono::minutes{15})},
    };
}

json::object cart_of(std::string_view path) {
    const std::string_view id = path.substr(path.rfind('/') + 1);
    return {
        {"cart_id", id},
        {"customer_id", "cus_42"},
        {"currency", "USD"},
        {"items", json::array{json::object{{"sku", "SKU-1"}, {"quantity", 2}}}},
    };
}

http::response default_answer(const http::request& message) {
    const std::string_view path = message.path();
    const json::value body = message.body.empty() ? json::object() : json::parse(message.body);
    const auto ends = [path](std::string_view with) { return path.ends_with(with); };
    if (path == "/v1/quotes") return json_answer(200, quote_of(body.as_object()));
    if (path == "/v1/reservations") return json_answer(201, reservation_of(body.as_object()));
    if (ends("/confirm")) return json_answer(200, {{"status", "confirmed"}});
    if (ends("/release")) return json_answer(200, {{"status", "released"}});
    if (ends("/void")) return json_answer(200, {{"status", "voided"}});
    if (ends("/capture")) return json_answer(200, {{"status", "captured"}});
    if (path == "/v1/authorizations") {
        return json_answer(
            201, {{"authorization_id", body.at("authorization_id")}, {"status", "authorized"}}
        );
    }
    if (path == "/v1/orders") return json_answer(201, {{"order_id", body.at("order_id")}});
    if (path.starts_with("/v1/carts/") && message.method == "GET") {
        return json_answer(200, cart_of(path));
    }
    return json_answer(200, {{"status", "done"}});
}

}  // namespace

backends::backends() : released_(io_, asio::steady_timer::time_point::max()) {
    const auto handle_one = [this](const http::request& message) { return handle(message); };
    server_ = std::make_unique<http::server>(io_, http::server_options{}, handle_one);
    server_->start();
    thread_ = std::thread([this] {
        const auto work = asio::make_work_guard(io_);
        io_.run();
    });
}

backends::~backends() {
    io_.stop();
    thread_.join();
}

std::string backends::url() const {
    return "http://127.0.0.1:" + std::to_string(server_->port());
}

void backends::answer_with(rule added) {
    const std::lock_guard lock(mutex_);
    rules_.insert(rules_.begin(), std::move(added));
}

void backends::answer(std::string target_prefix, unsigned status, std::string body) {
    answer_with(
        [prefix = std::move(target_prefix), status,
         body = std::move(body)](const http::request& message) -> std::optional<http::response> {
            if (!message.target.starts_with(prefix)) return std::nullopt;
            return http::response{status, "application/json", {}, body};
        }
    );
}

void backends::forget_rules() {
    const std::lock_guard lock(mutex_);
    rules_.clear();
}

void backends::hold(std::string target_prefix) {
    const std::lock_guard lock(mutex_);
    held_.push_back(std::move(target_prefix));
}

void backends::release() {
    {
        const std::lock_guard lock(mutex_);
        held_.clear();
    }
    asio::post(io_, [this] { released_.cancel(); });
}

std::vector<http::request> backends::seen(std::string_view target_prefix) const {
    const std::lock_guard lock(mutex_);
    std::vector<http::request> found;
    for (const http::request& each : seen_) {
        if (each.target.starts_with(target_prefix)) found.push_back(each);
    }
    return found;
}

void backends::wait_for(std::string_view target_prefix, std::size_t wanted) const {
    constexpr std::chrono::seconds patience{60};
    std::unique_lock lock(mutex_);
    const bool came =
        arrived_.wait_for(lock, patience, [&] { return count(target_prefix) >= wanted; });
    if (!came) throw std::runtime_error("no request for " + std::string(target_prefix));
}

asio::awaitable<http::response> backends::handle(http::request message) {
    {
        const std::lock_guard lock(mutex_);
        seen_.push_back(message);
    }
    arrived_.notify_all();
    while (is_held(message)) {
        auto waiting = released_.async_wait(asio::as_tuple(asio::use_awaitable));
        co_await std::move(waiting);
    }
    std::vector<rule> rules;
    {
        const std::lock_guard lock(mutex_);
        rules = rules_;
    }
    for (const rule& each : rules) {
        if (auto answer = each(message)) co_return std::move(*answer);
    }
    co_return default_answer(message);
}

bool backends::is_held(const http::request& message) const {
    const std::lock_guard lock(mutex_);
    return std::any_of(held_.begin(), held_.end(), [&message](const std::string& prefix) {
        return message.target.starts_with(prefix);
    });
}

std::size_t backends::count(std::string_view target_prefix) const {
    return static_cast<std::size_t>(std::count_if(
        seen_.begin(), seen_.end(),
        [target_prefix](const http::request& each) {
            return each.target.starts_with(target_prefix);
        }
    ));
}

}  // namespace makegood::test
