#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "adapters/http/message.hpp"

namespace makegood::bench {

enum class workload : std::uint8_t {
    four_call,  // items inline: reserve, authorize, order, confirm
    full,       // a cart: with quote, and after the pivot capture, shipment, clear cart, notify
    declined,   // four_call, and every twentieth card is declined
    waiting,    // the customer must act and does not: 202, nobody waits for the end
};
[[nodiscard]] std::optional<workload> parse_workload(std::string_view text);

// What the checkout of one request must come to.
enum class expectation : std::uint8_t { completes, is_declined, is_accepted };

struct checkout_request {
    http::request message;
    expectation expected{};
};

struct request_options {
    workload kind = workload::four_call;
    std::string run = "run";            // makes keys differ between runs against one store
    std::uint64_t customers = 100'000;  // each request is a random one's
    std::uint64_t seed = 1;
};

// Makes the start requests of one load, each with a key of its own.
class checkout_requests {
public:
    explicit checkout_requests(request_options options);

    [[nodiscard]] checkout_request next();

private:
    [[nodiscard]] std::string_view token_of(std::uint64_t number) const;

    const request_options options_;
    std::uint64_t made_ = 0;
};

// The same for everybody who fills stores or loads them: "cus_00000042".
[[nodiscard]] std::string customer_name(std::uint64_t number);
// One body: items inline, or the customer's cart.
[[nodiscard]] std::string checkout_body(
    std::string_view customer, std::string_view token, std::uint64_t number, bool from_cart
);
// Well-mixed bits of `seed` and `number`.
[[nodiscard]] std::uint64_t mixed(std::uint64_t seed, std::uint64_t number);

}  // namespace makegood::bench
