#include "tests/bench/backend_answers.hpp"

#include <fmt/format.h>

#include <charconv>
#include <chrono>
#include <string>

namespace makegood::bench {
namespace {

using http::request;
using http::response;

constexpr std::int64_t unit_price = 1'999;

response json_answer(unsigned status, std::string body) {
    return {status, "application/json", {}, std::move(body)};
}

// Everything after `"name":`; empty when there is no such member.
std::string_view after_member(std::string_view body, std::string_view name) {
    for (auto at = body.find(name); at != std::string_view::npos; at = body.find(name, at + 1)) {
        const auto end = at + name.size();
        if (at > 0 && body[at - 1] == '"' && body.substr(end, 2) == "\":") {
            return body.substr(end + 2);
        }
    }
    return {};
}

std::int64_t number_member(std::string_view body, std::string_view name) {
    const std::string_view text = after_member(body, name);
    std::int64_t number = 0;
    std::from_chars(text.data(), text.data() + text.size(), number);
    return number;
}

// -- cart and catalog

response cart(std::string_view cart_id) {
    return json_answer(
        200, fmt::format(
                 R"({{"cart_id":"{}","customer_id":"{}","items":[{{"sku":"SKU-7","quantity":1}}],)"
                 R"("currency":"USD"}})",
                 cart_id, cart_id.substr(cart_prefix.size())
             )
    );
}

// Every line of the request in its order, each at the same price.
response quote(const request& asked) {
    std::string lines;
    std::int64_t total = 0;
    std::string_view rest = after_member(asked.body, "items");
    for (auto end = rest.find('}'); end != std::string_view::npos; end = rest.find('}')) {
        const std::string_view line = rest.substr(0, end);
        const std::int64_t quantity = number_member(line, "quantity");
        if (quantity == 0) break;
        lines += fmt::format(
            R"({}{{"sku":"{}","quantity":{},"unit_price":{},"amount":{}}})",
            lines.empty() ? "" : ",", text_member(line, "sku"), quantity, unit_price,
            unit_price * quantity
        );
        total += unit_price * quantity;
        rest.remove_prefix(end + 1);
    }
    return json_answer(
        200, fmt::format(
                 R"({{"items":[{}],"total":{},"currency":"{}"}})", lines, total,
                 text_member(asked.body, "currency")
             )
    );
}

// -- inventory, payment and order

response reserved(const request& asked, instant now) {
    const std::chrono::seconds ttl{number_member(asked.body, "ttl_seconds")};
    return json_answer(
        201, fmt::format(
                 R"({{"reservation_id":"{}","status":"reserved","expires_at":"{}"}})",
                 text_member(asked.body, "reservation_id"), format_instant(now + ttl)
             )
    );
}

response authorized(const request& asked) {
    const std::string_view token = text_member(asked.body, "token");
    const std::string_view id = text_member(asked.body, "authorization_id");
    if (token == token_declined) return json_answer(402, R"({"code":"card_declined"})");
    if (token == token_asking) {
        return json_answer(
            202, fmt::format(
                     R"({{"authorization_id":"{}","status":"requires_action",)"
                     R"("next_action":{{"type":"redirect","url":"https://bank.test/3ds"}}}})",
                     id
                 )
        );
    }
    return json_answer(
        201, fmt::format(R"({{"authorization_id":"{}","status":"authorized"}})", id)
    );
}

response ordered(const request& asked) {
    return json_answer(
        201, fmt::format(R"({{"order_id":"{}"}})", text_member(asked.body, "order_id"))
    );
}

// What is done to something that has a name already: confirm, release, void, capture, cancel …
response done_to(std::string_view path) {
    if (path.ends_with("/confirm")) return json_answer(200, R"({"status":"confirmed"})");
    if (path.ends_with("/void")) return json_answer(200, R"({"status":"voided"})");
    return json_answer(200, R"({"status":"done"})");
}

}  // namespace

std::string_view text_member(std::string_view body, std::string_view name) {
    const std::string_view text = after_member(body, name);
    if (!text.starts_with('"')) return {};
    return text.substr(1, text.find('"', 1) - 1);
}

response backend_answer_to(const request& asked, instant now) {
    constexpr std::string_view carts = "/v1/carts/";
    const std::string_view path = asked.path();
    if (path == "/v1/reservations") return reserved(asked, now);
    if (path == "/v1/authorizations") return authorized(asked);
    if (path == "/v1/orders") return ordered(asked);
    if (path == "/v1/quotes") return quote(asked);
    if (path == "/v1/shipments" || path == "/v1/notifications") return json_answer(201, "{}");
    if (path.starts_with(carts) && asked.method == "GET") return cart(path.substr(carts.size()));
    if (path.starts_with(carts)) return {204, {}, {}, {}};
    if (asked.method == "GET") return json_answer(200, R"({"status":"reserved"})");
    return done_to(path);
}

}  // namespace makegood::bench
