#pragma once

#include <boost/json/object.hpp>
#include <cstdint>
#include <functional>
#include <future>
#include <initializer_list>
#include <memory>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include "adapters/http/message.hpp"
#include "adapters/service.hpp"
#include "tests/adapters/backends.hpp"
#include "tests/adapters/shared_memory_store.hpp"

namespace makegood::test {

using header = std::pair<std::string, std::string>;

// One exchange on a connection of its own; throws when there is no answer within a minute.
[[nodiscard]] http::response exchange(
    std::uint16_t port,
    std::string method,
    std::string target,
    std::initializer_list<header> fields = {},
    std::string body = {}
);
// Bytes as they are; returns all that comes until the server closes.
[[nodiscard]] std::string exchange_bytes(std::uint16_t port, std::string_view bytes);

[[nodiscard]] boost::json::object object_of(const http::response& answer);
[[nodiscard]] std::string text_of(const boost::json::object& members, std::string_view name);
[[nodiscard]] std::string code_of(const http::response& problem);

// A checkout of one SKU of customer `customer`, priced by the catalogue.
[[nodiscard]] std::string checkout_body(std::string_view customer = "cus_42");

struct service_setup {
    std::size_t lanes = 1;
    bool fulfilment = false;  // most tests end with the checkout
    bool tracks_shipments = false;
    bool keeps_events = false;  // most are not about what it tells
    // For what a test needs otherwise; may be empty.
    std::function<void(service_options&)> change = {};
};

// The real sagas on memory stores behind a real socket, with its backends beside it.
class service_under_test {
public:
    explicit service_under_test(service_setup wanted = {});
    ~service_under_test();

    // run() has begun and every lane has recovered.
    void start();
    // run() has begun; recovery may still be under way.
    void start_without_waiting();
    void stop() { service_->stop(); }
    [[nodiscard]] int wait_for_exit();
    // What the end of the process does to its connections.
    void close_sockets() { service_.reset(); }
    // As after a crash or an update: the same stores, a new service.
    void start_again();

    [[nodiscard]] http::response get(std::string target, std::initializer_list<header> fields = {})
        const;
    [[nodiscard]] http::response post(
        std::string target, std::string body, std::initializer_list<header> fields = {}
    ) const;
    // Starts a checkout and waits for its end.
    [[nodiscard]] http::response check_out(std::string key, std::string_view customer = "cus_42")
        const;
    // Starts one without waiting; gives its id.
    [[nodiscard]] std::string begin_checkout(std::string key, std::string_view customer = "cus_42")
        const;
    // Asks again and again until the answer is as wanted; throws after a minute.
    http::response get_until(
        std::string target, const std::function<bool(const http::response&)>& wanted
    ) const;

    // Sagas that the last start found unfinished.
    [[nodiscard]] std::uint64_t resumed() const { return resumed_; }
    [[nodiscard]] std::uint16_t port() const { return service_->port(); }
    [[nodiscard]] backends& behind() { return backends_; }
    [[nodiscard]] shared_memory_store& store(std::size_t lane = 0) { return *stores_[lane]; }
    [[nodiscard]] const definition_registry& registry() const { return registry_; }

private:
    [[nodiscard]] service_options options();

    service_setup setup_;
    backends backends_;
    definition_registry registry_;
    std::vector<std::unique_ptr<shared_memory_store>> stores_;
    std::unique_ptr<service> service_;
    std::future<int> exit_;
    std::uint64_t resumed_ = 0;
};

}  // namespace makegood::test
