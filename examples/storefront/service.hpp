#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <variant>

#include "adapters/http/message.hpp"
#include "adapters/http/server.hpp"
#include "examples/storefront/backend.hpp"
#include "examples/storefront/contract_keeper.hpp"
#include "examples/storefront/event_feed.hpp"
#include "examples/storefront/group_commit.hpp"
#include "examples/storefront/idempotent_store.hpp"
#include "examples/storefront/key_watch.hpp"

namespace storefront {

// What feeds a service with the engine's events.
struct feed_options {
    event_source from;
    new_file begins = new_file::goes_on;
};

struct service_options {
    std::string name;  // "inventory": also the name of its file
    std::filesystem::path folder;
    durability commits = durability::full;
    std::string address = "127.0.0.1";
    std::uint16_t port = 0;
    std::optional<feed_options> feed = {};
};

// A backend on its own port, with its own file and thread: reads requests, has them carried out in
// batches, answers after the commit. Owned by the program; built, started and stopped on one
// thread.
class service {
public:
    using build = std::function<std::unique_ptr<backend>(foundation)>;

    // Listens when it returns. Throws std::exception with a sentence when the file or port is not
    // to be had, or the settings of the feed are not to be used.
    service(service_options options, const build& make);
    ~service();
    service(const service&) = delete;
    service& operator=(const service&) = delete;

    void start();
    // Answers what is under way, leaves the feed, then ends the thread. `join` waits for that.
    void stop();
    void join();

    [[nodiscard]] const std::string& name() const { return options_.name; }
    [[nodiscard]] std::string url() const;

private:
    struct exchange;

    void open_feed();
    void add_own_routes();
    boost::asio::awaitable<makegood::http::response> serve(const makegood::http::request& message);
    std::variant<exchange, makegood::http::response> read(const makegood::http::request& message);
    void carry_out(exchange& under_way, instant now);
    boost::asio::awaitable<void> wait(std::chrono::milliseconds delay);
    boost::asio::awaitable<void> sweep();
    boost::asio::awaitable<void> close();

    const service_options options_;
    // Calls that are under way when the program ends take their notes out of it: it outlives them.
    key_watch keys_;
    boost::asio::io_context io_{1};
    database store_;
    idempotent_store answers_;
    effect_log effects_;
    contract_keeper keeper_;
    behaviour_rules rules_;
    std::unique_ptr<backend> backend_;
    route_table routes_;
    group_commit commits_;
    boost::asio::steady_timer sweep_timer_;
    makegood::http::server server_;
    std::unique_ptr<event_feed> feed_;  // none unless the options have one
    std::thread thread_;
};

}  // namespace storefront
