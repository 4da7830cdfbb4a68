#include "tests/bench/checkout_requests.hpp"

#include <fmt/format.h>

#include <iterator>
#include <utility>

#include "tests/bench/backend_answers.hpp"

namespace makegood::bench {
namespace {

constexpr std::uint64_t declined_every = 20;  // 5 %

}  // namespace

std::optional<workload> parse_workload(std::string_view text) {
    if (text == "four-call") return workload::four_call;
    if (text == "full") return workload::full;
    if (text == "declined") return workload::declined;
    if (text == "waiting") return workload::waiting;
    return {};
}

checkout_requests::checkout_requests(request_options options) : options_(std::move(options)) {}

checkout_request checkout_requests::next() {
    const std::uint64_t number = made_++;
    const std::string customer = customer_name(mixed(options_.seed, number) % options_.customers);
    const std::string_view token = token_of(number);
    checkout_request made;
    made.expected = token == token_asking     ? expectation::is_accepted
                    : token == token_declined ? expectation::is_declined
                                              : expectation::completes;
    made.message.method = "POST";
    made.message.target = "/v1/checkouts";
    made.message.fields.add("Idempotency-Key", fmt::format("{}-{}", options_.run, number));
    if (made.expected != expectation::is_accepted) made.message.fields.add("Prefer", "wait=30");
    made.message.body = checkout_body(customer, token, number, options_.kind == workload::full);
    return made;
}

std::string_view checkout_requests::token_of(std::uint64_t number) const {
    if (options_.kind == workload::waiting) return token_asking;
    const bool declines = options_.kind == workload::declined && number % declined_every == 0;
    return declines ? token_declined : token_accepted;
}

std::string customer_name(std::uint64_t number) {
    return fmt::format("cus_{:08}", number);
}

std::string checkout_body(
    std::string_view customer, std::string_view token, std::uint64_t number, bool from_cart
) {
    std::string body;
    body.reserve(512);
    const auto to = std::back_inserter(body);
    fmt::format_to(to, R"({{"customer_id":"{}",)", customer);
    if (from_cart) {
        fmt::format_to(to, R"("cart_id":"{}{}",)", cart_prefix, customer);
    } else {
        fmt::format_to(
            to, R"("items":[{{"sku":"SKU-{}","quantity":1,"unit_price":1999}}],)", number % 500 + 1
        );
    }
    fmt::format_to(
        to,
        R"("currency":"USD","payment":{{"method":"card","token":"{}"}},)"
        R"("shipping_address":{{"name":"A. Customer","line1":"1 Main Street","city":"Springfield",)"
        R"("postal_code":"12345","country":"US"}},"metadata":{{"order_ref":"web-{}"}}}})",
        token, number
    );
    return body;
}

// SplitMix64.
std::uint64_t mixed(std::uint64_t seed, std::uint64_t number) {
    std::uint64_t bits = seed + (number + 1) * 0x9E3779B97F4A7C15U;
    bits = (bits ^ (bits >> 30)) * 0xBF58476D1CE4E5B9U;
    bits = (bits ^ (bits >> 27)) * 0x94D049BB133111EBU;
    return bits ^ (bits >> 31);
}

}  // namespace makegood::bench
