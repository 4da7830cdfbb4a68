// Starts checkouts against one server, in a closed or an open loop, and says in one JSON line how
// they went.
#include <fmt/format.h>
#include <sys/resource.h>

#include <CLI/CLI.hpp>
#include <boost/asio/io_context.hpp>
#include <string>

#include "tests/bench/load.hpp"

namespace {

using namespace makegood::bench;

// Thousands of connections: as many descriptors as the system lets us have.
void raise_descriptor_limit() {
    rlimit limit{};
    if (getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
    limit.rlim_cur = limit.rlim_max;
    setrlimit(RLIMIT_NOFILE, &limit);
}

std::string json_string(const std::string& text) {
    std::string safe;
    for (const char each : text.substr(0, 300)) {
        if (each == '"' || each == '\\') safe += '\\';
        safe += static_cast<unsigned char>(each) < 0x20 ? ' ' : each;
    }
    return '"' + safe + '"';
}

std::string json_of(latencies& seen) {
    return fmt::format(
        R"({{"count":{},"p50_ms":{:.3f},"p95_ms":{:.3f},"p99_ms":{:.3f},"p999_ms":{:.3f},)"
        R"("max_ms":{:.3f}}})",
        seen.count(), seen.percentile_ms(0.5), seen.percentile_ms(0.95), seen.percentile_ms(0.99),
        seen.percentile_ms(0.999), seen.percentile_ms(1)
    );
}

void report(const load_options& options, load_counts& seen) {
    fmt::print(
        R"({{"clients":{},"rate":{},"arrivals":"{}","seed":{},"seconds":{},"total":{},)"
        R"("per_second":{:.1f},"completed":{},"declined":{},"refused":{},"refused_from_sent":{},)"
        R"("refused_with_retry_after":{},"refused_in_all":{},"other":{},"unanswered":{},)"
        R"("planned":{},"late_starts":{},"lateness":{},"problem":{}}})"
        "\n",
        options.rate > 0 ? 0 : options.clients, options.rate, options.evenly ? "even" : "poisson",
        options.requests.seed, options.seconds, seen.total,
        static_cast<double>(seen.answered_in_window) / options.seconds, json_of(seen.completed),
        json_of(seen.declined), json_of(seen.refused), json_of(seen.refused_from_sent),
        seen.refused_with_retry_after, seen.refused_in_all, seen.other, seen.unanswered,
        seen.planned, seen.late_starts, json_of(seen.lateness), json_string(seen.first_problem)
    );
}

}  // namespace

int main(int argc, char** argv) {
    load_options options;
    std::string kind = "four-call";
    CLI::App app{"A load of checkouts: closed loop, or open loop with --rate"};
    app.add_option("--server", options.server, "URL of the server");
    app.add_option("--workload", kind, "four-call, full, declined or waiting");
    app.add_option("--run", options.requests.run, "prefix of the idempotency keys");
    app.add_option("--customers", options.requests.customers, "how many different ones");
    app.add_option("--seed", options.requests.seed, "of customers and arrivals");
    app.add_option("--warm-up", options.warm_up_seconds, "seconds that are not counted");
    app.add_option("--seconds", options.seconds, "seconds that are counted");
    app.add_option("--patience", options.patience_seconds, "seconds for what is still under way");
    app.add_option("--clients", options.clients, "closed loop: checkouts under way at once");
    app.add_option("--rate", options.rate, "open loop: starts a second");
    app.add_flag("--evenly", options.evenly, "open loop: even gaps instead of a Poisson process");
    app.add_option("--connections", options.connections, "open loop: at most so many at once");
    CLI11_PARSE(app, argc, argv);
    const auto parsed = parse_workload(kind);
    if (!parsed) {
        fmt::print(stderr, "load_driver: there is no workload {}\n", kind);
        return 2;
    }
    options.requests.kind = *parsed;

    raise_descriptor_limit();
    boost::asio::io_context io{1};
    load driven{io, options};
    driven.start();
    io.run();
    report(options, driven.seen());
    return driven.seen().other == 0 && driven.seen().unanswered == 0 ? 0 : 1;
}
