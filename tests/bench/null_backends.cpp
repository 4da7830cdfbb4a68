// All seven backends in one process, which answer every call correctly and remember nothing: what
// is measured beside them is the engine. Prints their URLs as one JSON line and serves until
// SIGTERM; then says in another how much it was asked.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <array>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "adapters/http/server.hpp"
#include "tests/bench/backend_answers.hpp"

namespace {

namespace asio = boost::asio;
using makegood::http::request;
using makegood::http::response;
using makegood::http::server;

constexpr std::array<std::string_view, 7> names{"cart",  "catalog",     "inventory",   "payment",
                                                "order", "fulfillment", "notification"};

// What came in, to show that two servers ask for the same.
struct tally {
    std::uint64_t requests = 0;
    std::uint64_t bytes = 0;  // of targets, header fields and bodies
};

std::uint64_t bytes_of(const request& asked) {
    std::uint64_t bytes = asked.target.size() + asked.body.size();
    for (const auto& each : asked.fields)
        bytes += each.name.size() + each.value.size();
    return bytes;
}

makegood::instant wall_clock() {
    return std::chrono::time_point_cast<std::chrono::milliseconds>(std::chrono::system_clock::now()
    );
}

class backends {
public:
    explicit backends(std::chrono::microseconds delay) : delay_(delay) {}

    asio::awaitable<response> handle(const request& asked) {
        ++asked_.requests;
        asked_.bytes += bytes_of(asked);
        if (delay_.count() > 0) {
            asio::steady_timer pause(co_await asio::this_coro::executor, delay_);
            auto pausing = pause.async_wait(asio::as_tuple(asio::use_awaitable));
            co_await std::move(pausing);
        }
        co_return makegood::bench::backend_answer_to(asked, wall_clock());
    }

    [[nodiscard]] const tally& asked() const { return asked_; }

private:
    const std::chrono::microseconds delay_;
    tally asked_;
};

void print_urls(const std::vector<std::unique_ptr<server>>& servers) {
    std::string members;
    for (std::size_t i = 0; i < names.size(); ++i) {
        members += fmt::format(
            R"({}"{}":"http://127.0.0.1:{}")", i == 0 ? "" : ",", names[i], servers[i]->port()
        );
    }
    fmt::print("{{{}}}\n", members);
    std::fflush(stdout);
}

}  // namespace

int main(int argc, char** argv) {
    double delay_ms = 0;
    CLI::App app{"Backends that always answer, and remember nothing"};
    app.add_option("--delay-ms", delay_ms, "milliseconds before every answer");
    CLI11_PARSE(app, argc, argv);

    asio::io_context io{1};
    backends shop{std::chrono::microseconds{std::llround(delay_ms * 1'000)}};
    makegood::http::server_options options;
    options.idle_time_max = std::chrono::minutes{10};
    std::vector<std::unique_ptr<server>> servers;
    for ([[maybe_unused]] const std::string_view each : names) {
        servers.push_back(std::make_unique<server>(io, options, [&shop](const request& asked) {
            return shop.handle(asked);
        }));
        servers.back()->start();
    }
    print_urls(servers);
    asio::signal_set stop{io, SIGTERM, SIGINT};
    stop.async_wait([&io](const boost::system::error_code&, int) { io.stop(); });
    io.run();
    fmt::print(
        R"({{"requests":{},"bytes":{}}})"
        "\n",
        shop.asked().requests, shop.asked().bytes
    );
    return 0;
}
