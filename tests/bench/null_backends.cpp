// Inventory, payment and order services that answer at once and correctly, and remember nothing:
// what is measured beside them is the engine. Prints their URLs as one JSON line and serves until
// SIGTERM.
#include <fmt/format.h>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>
#include <chrono>
#include <cstdio>
#include <string>
#include <string_view>

#include "adapters/http/server.hpp"
#include "engine/time.hpp"

namespace {

using makegood::http::request;
using makegood::http::response;

// The text of a JSON string member of a request that the engine wrote: no escapes, no white space.
std::string_view member(std::string_view body, std::string_view name) {
    const std::string opening = fmt::format("\"{}\":\"", name);
    const auto at = body.find(opening);
    if (at == std::string_view::npos) return {};
    const auto begin = at + opening.size();
    return body.substr(begin, body.find('"', begin) - begin);
}

std::string expiry() {
    const auto now =
        std::chrono::time_point_cast<std::chrono::milliseconds>(std::chrono::system_clock::now());
    return makegood::format_instant(now + std::chrono::minutes{15});
}

response reserved(const request& asked) {
    return {
        201,
        "application/json",
        {},
        fmt::format(
            R"({{"reservation_id":"{}","status":"reserved","expires_at":"{}"}})",
            member(asked.body, "reservation_id"), expiry()
        )};
}

response authorized(const request& asked) {
    return {
        201,
        "application/json",
        {},
        fmt::format(
            R"({{"authorization_id":"{}","status":"authorized"}})",
            member(asked.body, "authorization_id")
        )};
}

response answer(const request& asked) {
    const std::string_view path = asked.path();
    if (path == "/v1/reservations") return reserved(asked);
    if (path == "/v1/authorizations") return authorized(asked);
    if (path == "/v1/orders") {
        return {
            201,
            "application/json",
            {},
            fmt::format(R"({{"order_id":"{}"}})", member(asked.body, "order_id"))};
    }
    if (path.ends_with("/confirm"))
        return {200, "application/json", {}, R"({"status":"confirmed"})"};
    return {200, "application/json", {}, R"({"status":"done"})"};
}

boost::asio::awaitable<response> handle(const request& asked) {
    co_return answer(asked);
}

}  // namespace

int main() {
    boost::asio::io_context io{1};
    makegood::http::server_options options;
    options.idle_time_max = std::chrono::minutes{10};
    makegood::http::server inventory{io, options, handle};
    makegood::http::server payment{io, options, handle};
    makegood::http::server order{io, options, handle};
    for (auto* each : {&inventory, &payment, &order})
        each->start();
    fmt::print(
        R"({{"inventory":"http://127.0.0.1:{}","payment":"http://127.0.0.1:{}","order":"http://127.0.0.1:{}"}})"
        "\n",
        inventory.port(), payment.port(), order.port()
    );
    std::fflush(stdout);
    boost::asio::signal_set stop{io, SIGTERM, SIGINT};
    stop.async_wait([&io](const boost::system::error_code&, int) { io.stop(); });
    io.run();
    return 0;
}
