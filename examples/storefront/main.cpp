#include <fmt/format.h>

#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/json.hpp>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <memory>
#include <vector>

#include "examples/storefront/backend.hpp"
#include "examples/storefront/folder_lock.hpp"
#include "examples/storefront/program_options.hpp"
#include "examples/storefront/service.hpp"

namespace storefront {
namespace {

using service_list = std::vector<std::unique_ptr<service>>;

// How each of service_names is made, in the same order.
std::array<service::build, service_names.size()> builders(const program_options& options) {
    return {
        [](foundation base) { return make_cart(base); },
        [&options](foundation base) { return make_catalog(base, options.goods); },
        [&options](foundation base) { return make_inventory(base, options.goods); },
        [&options](foundation base) { return make_payments(base, options.delays); },
        [](foundation base) { return make_orders(base); },
        [](foundation base) { return make_fulfillment(base); },
        [](foundation base) { return make_notifications(base); },
        [](foundation base) { return make_order_views(base); }};
}

// Views are made anew with their file; what customers were told is not told again with another.
std::optional<feed_options> feed_of(std::string_view service, const event_source& events) {
    if (events.brokers.empty()) return std::nullopt;
    if (service == "views") return feed_options{events, new_file::reads_everything};
    if (service == "notifications") return feed_options{events, new_file::goes_on};
    return std::nullopt;
}

service_list open_services(const program_options& options) {
    const auto makers = builders(options);
    service_list services;
    for (std::size_t position = 0; position < service_names.size(); ++position) {
        service_options each{
            .name = service_names[position],
            .folder = options.data,
            .commits = options.commits,
            .address = options.listen,
            .port = options.ports[position],
            .feed = feed_of(service_names[position], options.events)};
        services.push_back(std::make_unique<service>(std::move(each), makers[position]));
    }
    return services;
}

// Whoever sees the file sees all of it: it is written beside and then renamed.
void write_ports_file(const std::filesystem::path& file, const service_list& services) {
    boost::json::object urls;
    for (const auto& each : services) {
        urls[each->name()] = each->url();
    }
    auto beside = file;
    beside += ".new";
    {
        std::ofstream out(beside, std::ios::trunc);
        out << boost::json::serialize(urls) << '\n';
        if (!out.flush()) throw std::runtime_error("cannot write " + beside.string());
    }
    std::filesystem::rename(beside, file);
}

void run_until_signalled(const program_options& options) {
    const folder_lock alone(options.data);
    boost::asio::io_context io;
    boost::asio::signal_set signals(io, SIGINT, SIGTERM);
    signals.async_wait([](const boost::system::error_code&, int) {});

    auto services = open_services(options);
    for (const auto& each : services) {
        each->start();
        fmt::print("{:<14}{}\n", each->name(), each->url());
    }
    if (!options.ports_file.empty()) write_ports_file(options.ports_file, services);
    std::fflush(stdout);

    io.run();
    for (const auto& each : services) {
        each->stop();
    }
    for (const auto& each : services) {
        each->join();
    }
}

}  // namespace
}  // namespace storefront

int main(int count, char** words) {
    int exit_code = 0;
    const auto options = storefront::read_options(count, words, exit_code);
    if (!options) return exit_code;
    try {
        storefront::run_until_signalled(*options);
        return 0;
    } catch (const std::exception& fault) {
        fmt::print(stderr, "storefront: {}\n", fault.what());
        return 1;
    }
}
