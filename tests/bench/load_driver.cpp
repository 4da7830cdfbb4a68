// Closed-loop load: N clients, each starts a four-call checkout, waits until it ended, and starts
// the next. Prints one JSON line with what it saw.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <chrono>
#include <string>
#include <vector>

#include "adapters/http/client.hpp"

namespace {

using steady = std::chrono::steady_clock;
using namespace std::chrono_literals;
using namespace makegood;

struct load_options {
    std::string server = "http://127.0.0.1:8700";
    std::string run = "run";  // makes keys differ between runs against one store
    std::size_t clients = 64;
    double warm_up_seconds = 1;
    double seconds = 5;
};

struct tally {
    std::vector<double> milliseconds;  // one per completed checkout, after the warm-up
    std::size_t completed = 0;         // after the warm-up
    std::size_t total = 0;             // with the warm-up
    std::size_t otherwise = 0;         // any other answer
    std::string first_problem;
};

class load {
public:
    load(boost::asio::io_context& io, const load_options& options)
        : options_(options),
          client_(
              io,
              http::origin::parse(options.server),
              {.connections_max = options.clients, .waiting_max = 10'000}
          ),
          begins_(steady::now() + seconds(options.warm_up_seconds)),
          ends_(begins_ + seconds(options.seconds)) {}

    boost::asio::awaitable<void> run_client(std::size_t number) {
        for (std::size_t i = 0; steady::now() < ends_; ++i) {
            const auto sent_at = steady::now();
            auto pending = client_.exchange(start_of(number, i), sent_at + 60s);
            const http::exchange_result result = co_await std::move(pending);
            count(result, sent_at);
        }
        // Idle connections would keep the loop alive.
        if (++finished_ == options_.clients) client_.close();
    }

    [[nodiscard]] const tally& seen() const { return tally_; }

private:
    static steady::duration seconds(double value) {
        return std::chrono::duration_cast<steady::duration>(std::chrono::duration<double>(value));
    }

    http::request start_of(std::size_t client, std::size_t number) const {
        http::request start;
        start.method = "POST";
        start.target = "/v1/checkouts";
        start.fields.add("Idempotency-Key", fmt::format("{}-{}-{}", options_.run, client, number));
        start.fields.add("Prefer", "wait=30");
        start.body = fmt::format(
            R"({{"customer_id":"cus_{}","items":[{{"sku":"SKU-{}","quantity":1,"unit_price":1999}}],)"
            R"("currency":"USD","payment":{{"method":"card","token":"tok_visa"}},)"
            R"("shipping_address":{{"name":"A. Customer","line1":"1 Main Street","city":"Springfield",)"
            R"("postal_code":"12345","country":"US"}},"metadata":{{"order_ref":"web-{}"}}}})",
            client * 1000 + number % 1000, number % 500 + 1, number
        );
        return start;
    }

    void count(const http::exchange_result& result, steady::time_point sent_at) {
        const auto now = steady::now();
        const auto* answer = std::get_if<http::response>(&result);
        const bool completed =
            answer != nullptr && answer->status == 200
            && answer->body.find("\"status\":\"completed\"") != std::string::npos;
        if (!completed) {
            ++tally_.otherwise;
            if (tally_.first_problem.empty()) tally_.first_problem = problem(result);
            return;
        }
        ++tally_.total;
        if (now < begins_ || now > ends_) return;
        ++tally_.completed;
        tally_.milliseconds.push_back(
            std::chrono::duration<double, std::milli>(now - sent_at).count()
        );
    }

    static std::string problem(const http::exchange_result& result) {
        if (const auto* lost = std::get_if<http::failure>(&result)) return lost->detail;
        const auto& answer = std::get<http::response>(result);
        return fmt::format("{} {}", answer.status, answer.body);
    }

    const load_options options_;
    http::client client_;
    const steady::time_point begins_;
    const steady::time_point ends_;
    tally tally_;
    std::size_t finished_ = 0;
};

double percentile(const std::vector<double>& sorted, double fraction) {
    if (sorted.empty()) return 0;
    const auto last = static_cast<double>(sorted.size() - 1);
    return sorted[static_cast<std::size_t>(last * fraction)];
}

std::string json_string(const std::string& text) {
    std::string safe;
    for (const char each : text.substr(0, 200)) {
        if (each == '"' || each == '\\') safe += '\\';
        safe += static_cast<unsigned char>(each) < 0x20 ? ' ' : each;
    }
    return '"' + safe + '"';
}

void report(const load_options& options, tally seen) {
    std::sort(seen.milliseconds.begin(), seen.milliseconds.end());
    fmt::print(
        R"({{"clients":{},"seconds":{},"completed":{},"total":{},"other":{},"per_second":{:.1f},)"
        R"("p50_ms":{:.2f},"p95_ms":{:.2f},"p99_ms":{:.2f},"max_ms":{:.2f},"problem":{}}})"
        "\n",
        options.clients, options.seconds, seen.completed, seen.total, seen.otherwise,
        static_cast<double>(seen.completed) / options.seconds, percentile(seen.milliseconds, 0.50),
        percentile(seen.milliseconds, 0.95), percentile(seen.milliseconds, 0.99),
        percentile(seen.milliseconds, 1.0), json_string(seen.first_problem)
    );
}

}  // namespace

int main(int argc, char** argv) {
    load_options options;
    CLI::App app{"Closed-loop load of four-call checkouts"};
    app.add_option("--server", options.server, "URL of the server");
    app.add_option("--run", options.run, "prefix of the idempotency keys");
    app.add_option("--clients", options.clients, "checkouts under way at once");
    app.add_option("--warm-up", options.warm_up_seconds, "seconds that are not counted");
    app.add_option("--seconds", options.seconds, "seconds that are counted");
    CLI11_PARSE(app, argc, argv);

    boost::asio::io_context io{1};
    load driven{io, options};
    for (std::size_t i = 0; i < options.clients; ++i) {
        boost::asio::co_spawn(io, driven.run_client(i), boost::asio::detached);
    }
    io.run();
    report(options, driven.seen());
    return driven.seen().otherwise == 0 ? 0 : 1;
}
