// The floor of a checkout service: the same HTTP exchanges as makegood's, with the same client and
// server code and bodies of the same sizes, and nothing else. It reads next to nothing, decides
// nothing and remembers nothing.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>
#include <chrono>
#include <cstdio>
#include <iterator>
#include <memory>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include "adapters/http/client.hpp"
#include "adapters/http/server.hpp"
#include "tests/bench/backend_answers.hpp"

namespace {

namespace asio = boost::asio;
namespace http = makegood::http;
using namespace makegood::bench;
using namespace std::chrono_literals;

struct backend_urls {
    std::string cart, catalog, inventory, payment, order, fulfillment, notification;
};

struct bare_options {
    std::string listen_host = "127.0.0.1";
    std::uint16_t port = 0;
    std::size_t loops = 1;
    bool full = false;
    backend_urls urls;
};

// What makegood knows of a checkout while it runs, as text of the same length.
struct checkout {
    std::string suffix;  // of every id
    std::string customer;
    std::string items;
    std::string address;
};

std::string_view cut_out(std::string_view body, std::string_view from, std::string_view until) {
    const auto begin = body.find(from);
    if (begin == std::string_view::npos) return {};
    const std::string_view rest = body.substr(begin + from.size());
    return rest.substr(0, rest.find(until) + until.size());
}

// One event loop: a server and a pool for each backend.
class bare_loop {
public:
    bare_loop(const bare_options& options, std::size_t number)
        : full_(options.full),
          number_(number),
          cart_(io_, http::origin::parse(options.urls.cart), {}),
          catalog_(io_, http::origin::parse(options.urls.catalog), {}),
          inventory_(io_, http::origin::parse(options.urls.inventory), {}),
          payment_(io_, http::origin::parse(options.urls.payment), {}),
          order_(io_, http::origin::parse(options.urls.order), {}),
          fulfillment_(io_, http::origin::parse(options.urls.fulfillment), {}),
          notification_(io_, http::origin::parse(options.urls.notification), {}),
          server_(io_, server_options(options), [this](const http::request& asked) {
              return handle(asked);
          }) {
        server_.start();
    }

    void run() { io_.run(); }
    void stop() { io_.stop(); }
    [[nodiscard]] std::uint16_t port() const { return server_.port(); }

private:
    static http::server_options server_options(const bare_options& options) {
        http::server_options wanted;
        wanted.address = options.listen_host;
        wanted.port = options.port;
        wanted.shares_port = options.loops > 1;
        return wanted;
    }

    // One call to a backend.
    struct step {
        http::client* backend;
        std::string_view name;
        std::string method;
        std::string target;
        std::string body;
    };

    asio::awaitable<http::response> handle(const http::request& asked) {
        if (asked.path() != "/v1/checkouts") co_return http::response{200, "text/plain", {}, "ok"};
        const checkout one = begin(asked.body);
        std::vector<step> steps = full_ ? pricing(one) : std::vector<step>{};
        std::ranges::move(buying(one), std::back_inserter(steps));
        auto performing = perform(one.suffix, std::move(steps));
        co_await std::move(performing);
        if (full_) asio::co_spawn(io_, perform(one.suffix, fulfilling(one)), asio::detached);
        co_return answer_of(one);
    }

    checkout begin(std::string_view body) {
        std::string items(cut_out(body, "\"items\":", "]"));
        return {
            fmt::format("{:02}{:024}", number_, ++made_),
            std::string(text_member(body, "customer_id")),
            items.empty() ? R"([{"sku":"SKU-7","quantity":1}])" : std::move(items),
            std::string(cut_out(body, "\"shipping_address\":", "}"))};
    }

    // By value: the coroutine outlives the caller's texts.
    asio::awaitable<void> perform(std::string suffix, std::vector<step> steps) {
        for (step& each : steps) {
            http::request message{
                std::move(each.method), std::move(each.target), {}, std::move(each.body)};
            message.fields.add("Idempotency-Key", fmt::format("chk_{}:{}", suffix, each.name));
            message.fields.add("traceparent", fmt::format("00-{:032x}-{:016x}-01", made_, made_));
            message.fields.add("Makegood-Deadline-Ms", "30000");
            auto exchanging =
                each.backend->exchange(std::move(message), std::chrono::steady_clock::now() + 5s);
            const http::exchange_result result = co_await std::move(exchanging);
            const auto* answer = std::get_if<http::response>(&result);
            if (answer == nullptr || answer->status > 299) ++failed_;
        }
    }

    std::vector<step> pricing(const checkout& one) {
        return {
            {&cart_, "read_cart", "GET", "/v1/carts/cart_" + one.customer, {}},
            {&catalog_, "quote", "POST", "/v1/quotes",
             fmt::format(
                 R"({{"customer_id":"{}","items":{},"currency":"USD"}})", one.customer, one.items
             )}};
    }

    std::vector<step> buying(const checkout& one) {
        return {
            {&inventory_, "reserve_inventory", "POST", "/v1/reservations",
             fmt::format(
                 R"({{"reservation_id":"res_{0}","checkout_id":"chk_{0}","items":{1},)"
                 R"("ttl_seconds":900}})",
                 one.suffix, one.items
             )},
            {&payment_, "authorize_payment", "POST", "/v1/authorizations",
             fmt::format(
                 R"({{"authorization_id":"pay_{0}","checkout_id":"chk_{0}","customer_id":"{1}",)"
                 R"("amount":1999,"currency":"USD",)"
                 R"("payment":{{"method":"card","token":"tok_visa"}}}})",
                 one.suffix, one.customer
             )},
            {&order_, "create_order", "POST", "/v1/orders", order_body(one)},
            {&inventory_, "confirm_inventory", "POST",
             "/v1/reservations/res_" + one.suffix + "/confirm", "{}"}};
    }

    static std::string order_body(const checkout& one) {
        return fmt::format(
            R"({{"order_id":"ord_{0}","checkout_id":"chk_{0}","customer_id":"{1}","items":)"
            R"([{{"sku":"SKU-100","quantity":1,"unit_price":1999,"amount":1999}}],"total":1999,)"
            R"("currency":"USD","reservation_id":"res_{0}","authorization_id":"pay_{0}",)"
            R"("authorization_ids":["pay_{0}"],"shipping_address":{2}}})",
            one.suffix, one.customer, one.address
        );
    }

    std::vector<step> fulfilling(const checkout& one) {
        return {
            {&payment_, "capture_payment", "POST",
             "/v1/authorizations/pay_" + one.suffix + "/capture", "{}"},
            {&fulfillment_, "request_shipment", "POST", "/v1/shipments",
             fmt::format(
                 R"({{"shipment_id":"shp_{0}","order_id":"ord_{0}","items":{1},)"
                 R"("shipping_address":{2}}})",
                 one.suffix, one.items, one.address
             )},
            {&cart_, "clear_cart", "DELETE", "/v1/carts/cart_" + one.customer, {}},
            {&notification_, "notify", "POST", "/v1/notifications",
             fmt::format(
                 R"({{"customer_id":"{1}","kind":"checkout_completed","checkout_id":"chk_{0}",)"
                 R"("data":{{"order_id":"ord_{0}","total":1999,"currency":"USD"}}}})",
                 one.suffix, one.customer
             )}};
    }

    http::response answer_of(const checkout& one) const {
        http::response answer;
        if (failed_ > 0) answer.status = 500;
        answer.fields.add("Location", "/v1/checkouts/chk_" + one.suffix);
        answer.fields.add("Preference-Applied", "wait=30");
        answer.body = fmt::format(
            R"({{"id":"chk_{0}","saga":"checkout","version":1,"status":"completed",)"
            R"("state":"completed","customer_id":"{1}","order_id":"ord_{0}",)"
            R"("total":{{"amount":1999,"currency":"USD"}},)"
            R"("created_at":"2026-01-01T00:00:00.000Z","updated_at":"2026-01-01T00:00:00.000Z",)"
            R"("metadata":{{"order_ref":"web-1000"}}}})",
            one.suffix, one.customer
        );
        return answer;
    }

    const bool full_;
    const std::size_t number_;
    asio::io_context io_{1};
    http::client cart_, catalog_, inventory_, payment_, order_, fulfillment_, notification_;
    http::server server_;
    std::uint64_t made_ = 0;
    std::uint64_t failed_ = 0;
};

void serve(const bare_options& options) {
    std::vector<std::unique_ptr<bare_loop>> loops;
    for (std::size_t i = 0; i < options.loops; ++i)
        loops.push_back(std::make_unique<bare_loop>(options, i));
    std::vector<std::thread> threads;
    for (const auto& each : loops)
        threads.emplace_back([&each] { each->run(); });
    fmt::print("http://{}:{}\n", options.listen_host, loops.front()->port());
    std::fflush(stdout);

    asio::io_context waiting{1};
    asio::signal_set stop{waiting, SIGTERM, SIGINT};
    stop.async_wait([](const boost::system::error_code&, int) {});
    waiting.run();
    for (const auto& each : loops)
        each->stop();
    for (std::thread& each : threads)
        each.join();
}

}  // namespace

int main(int argc, char** argv) {
    bare_options options;
    CLI::App app{"A checkout service without an engine and without a store"};
    app.add_option("--port", options.port, "0: any free one; needed with several loops");
    app.add_option("--loops", options.loops, "event loops, each a thread");
    app.add_flag("--full", options.full, "cart and quote before, fulfilment after");
    app.add_option("--cart", options.urls.cart)->required();
    app.add_option("--catalog", options.urls.catalog)->required();
    app.add_option("--inventory", options.urls.inventory)->required();
    app.add_option("--payment", options.urls.payment)->required();
    app.add_option("--order", options.urls.order)->required();
    app.add_option("--fulfillment", options.urls.fulfillment)->required();
    app.add_option("--notification", options.urls.notification)->required();
    CLI11_PARSE(app, argc, argv);
    serve(options);
    return 0;
}
