#include "conformance/success_demands.hpp"

#include <algorithm>
#include <array>
#include <boost/json/array.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <map>
#include <optional>

#include "engine/limits.hpp"

namespace makegood::conformance {

namespace {

namespace json = boost::json;

// How far the clocks of backend and engine may be apart.
constexpr std::chrono::seconds clocks_apart_max{60};
constexpr std::size_t next_action_bytes_max = std::size_t{8} * 1024;

json::object sent_body(const exchange& seen) {
    json::error_code broken;
    auto sent = json::parse(seen.sent.body, broken);
    return broken || !sent.is_object() ? json::object() : std::move(sent.get_object());
}

std::optional<std::string> text(const json::object& from, std::string_view name) {
    const auto* value = from.if_contains(name);
    if (value == nullptr || !value->is_string()) return {};
    return std::string(value->get_string());
}

std::optional<std::int64_t> integer(const json::object& from, std::string_view name) {
    const auto* value = from.if_contains(name);
    return value != nullptr && value->is_int64() ? std::optional(value->get_int64()) : std::nullopt;
}

const json::array* items_of(const json::object& from) {
    const auto* value = from.if_contains("items");
    return value != nullptr ? value->if_array() : nullptr;
}

// A path of the contract: /v1/{collection}/{id}/{verb}.
struct path {
    std::string_view collection;
    std::string_view id;
    std::string_view verb;
};

std::string_view take_segment(std::string_view& rest) {
    const std::string_view segment = rest.substr(0, rest.find('/'));
    rest.remove_prefix(std::min(segment.size() + 1, rest.size()));
    return segment;
}

path path_of(std::string_view target) {
    target.remove_prefix(std::min(std::string_view("/v1/").size(), target.size()));
    path parts;
    parts.collection = take_segment(target);
    parts.id = take_segment(target);
    parts.verb = take_segment(target);
    return parts;
}

// A backend may, but need not, repeat an id that the engine chose.
bool agrees(const exchange& seen, std::string_view name) {
    if (!seen.object->contains(name)) return true;
    const path asked = path_of(seen.sent.target);
    const auto expected = asked.id.empty() ? text(sent_body(seen), name) : std::string(asked.id);
    return text(*seen.object, name) == expected;
}

bool is_amount(const std::optional<std::int64_t>& value) {
    return value && *value >= 0 && *value <= limits::amount_max;
}

bool is_line(const json::value& item) {
    const auto* line = item.if_object();
    if (line == nullptr || text(*line, "sku").value_or("").empty()) return false;
    const auto quantity = integer(*line, "quantity");
    return quantity && *quantity >= 1 && *quantity <= limits::quantity_max;
}

bool is_priced_line(const json::value& item) {
    return is_line(item) && is_amount(integer(item.get_object(), "unit_price"))
           && is_amount(integer(item.get_object(), "amount"));
}

// What is asked for, or quoted, by SKU: lines may be merged or reordered.
std::map<std::string, std::int64_t> quantities(const json::object& from) {
    std::map<std::string, std::int64_t> sums;
    const json::array* items = items_of(from);
    if (items == nullptr) return sums;
    for (const auto& each : *items) {
        if (is_line(each)) {
            sums[*text(each.get_object(), "sku")] += *integer(each.get_object(), "quantity");
        }
    }
    return sums;
}

using seen_in = const exchange&;
using options_in = const suite_options&;

template <const auto& Status>
bool has_status(options_in, seen_in seen) {
    return seen.text("status") == Status;
}
template <const auto& Id>
bool repeats_id(options_in, seen_in seen) {
    return agrees(seen, Id);
}
constexpr std::string_view reserved = "reserved";
constexpr std::string_view confirmed = "confirmed";
constexpr std::string_view voided = "voided";
constexpr std::string_view reservation_id = "reservation_id";
constexpr std::string_view authorization_id = "authorization_id";
constexpr std::string_view cart_id = "cart_id";

// -- cart and prices

bool has_cart_members(options_in, seen_in seen) {
    return text(*seen.object, "customer_id") && text(*seen.object, "currency")
           && items_of(*seen.object) != nullptr;
}

bool is_of_the_customer(options_in options, seen_in seen) {
    return seen.text("customer_id") == options.customer_id;
}

bool is_in_the_carts_currency(options_in options, seen_in seen) {
    return seen.text("currency") == options.currency;
}

bool has_items(options_in, seen_in seen) {
    return !items_of(*seen.object)->empty();
}

bool has_few_enough_items(options_in, seen_in seen) {
    return items_of(*seen.object)->size() <= limits::items_max;
}

bool has_good_items(options_in, seen_in seen) {
    return std::ranges::all_of(*items_of(*seen.object), is_line);
}

bool has_quote_members(options_in, seen_in seen) {
    return items_of(*seen.object) != nullptr && text(*seen.object, "currency")
           && is_amount(integer(*seen.object, "total"));
}

bool is_in_the_asked_currency(options_in, seen_in seen) {
    return text(*seen.object, "currency") == text(sent_body(seen), "currency");
}

bool has_good_lines(options_in, seen_in seen) {
    return std::ranges::all_of(*items_of(*seen.object), is_priced_line);
}

bool adds_up(options_in, seen_in seen) {
    std::int64_t sum = 0;
    for (const auto& each : *items_of(*seen.object)) {
        sum += *integer(each.get_object(), "amount");
    }
    return sum == integer(*seen.object, "total");
}

bool is_for_what_was_asked(options_in, seen_in seen) {
    return quantities(*seen.object) == quantities(sent_body(seen));
}

// -- reservation, payment, order

bool says_when_it_ends(options_in, seen_in seen) {
    return parse_instant(seen.text("expires_at")).has_value();
}

// The engine believes any time; but with one in the past it gives up every checkout at the pivot,
// and with a later one than it asked for it confirms what is held no longer.
bool ends_when_asked(options_in, seen_in seen) {
    const auto ttl = integer(sent_body(seen), "ttl_seconds");
    if (!ttl) return true;
    const instant due = seen.answered_at + std::chrono::seconds{*ttl};
    const instant ends = *parse_instant(seen.text("expires_at"));
    return ends >= due - clocks_apart_max && ends <= due + clocks_apart_max;
}

bool has_known_status(options_in, seen_in seen) {
    constexpr std::array known{"reserved", "confirmed", "released", "expired"};
    return std::ranges::find(known, seen.text("status")) != known.end();
}

bool is_authorized(options_in, seen_in seen) {
    return seen.status != 202 && seen.text("status") == "authorized";
}

bool asks_for_an_action(options_in, seen_in seen) {
    return seen.status == 202 && seen.text("status") == "requires_action";
}

bool has_next_action(options_in, seen_in seen) {
    const auto* next = seen.object->if_contains("next_action");
    return next != nullptr && next->is_object();
}

bool has_small_next_action(options_in, seen_in seen) {
    return json::serialize(seen.object->at("next_action")).size() <= next_action_bytes_max;
}

bool is_the_order(options_in, seen_in seen) {
    return seen.object->contains("order_id") && agrees(seen, "order_id");
}

// Of one call in the order in which they are looked at: each may rely on those before it.
constexpr auto asking = wanted_outcome::customer_asked;
constexpr std::array demands{
    success_demand{"read_cart", "`customer_id`, `currency` and `items`", has_cart_members},
    success_demand{"read_cart", "no other `cart_id` than the one asked for", repeats_id<cart_id>},
    success_demand{"read_cart", "the `customer_id` that --customer names", is_of_the_customer},
    success_demand{"read_cart", "the `currency` that --currency names", is_in_the_carts_currency},
    success_demand{"read_cart", "something in the cart", has_items},
    success_demand{"read_cart", "no more than 500 `items`", has_few_enough_items},
    success_demand{"read_cart", "`items` with `sku` and `quantity`", has_good_items},
    success_demand{"quote", "`items`, `total` and `currency`", has_quote_members},
    success_demand{"quote", "the `currency` that was asked for", is_in_the_asked_currency},
    success_demand{"quote", "no more than 500 `items`", has_few_enough_items},
    success_demand{
        "quote", "`items` with `sku`, `quantity`, `unit_price` and `amount`", has_good_lines},
    success_demand{"quote", "a `total` that is the sum of the amounts", adds_up},
    success_demand{"quote", "`items` for what was asked for", is_for_what_was_asked},
    success_demand{"reserve_inventory", "a body with `status` \"reserved\"", has_status<reserved>},
    success_demand{"reserve_inventory", "a body with `expires_at` in RFC 3339", says_when_it_ends},
    success_demand{
        "reserve_inventory", "no other `reservation_id` than the one asked for",
        repeats_id<reservation_id>},
    success_demand{
        "reserve_inventory", "an `expires_at` in `ttl_seconds` from now, within a minute",
        ends_when_asked},
    success_demand{
        "confirm_inventory", "a body with `status` \"confirmed\"", has_status<confirmed>},
    success_demand{
        "confirm_inventory", "no other `reservation_id` than the one asked for",
        repeats_id<reservation_id>},
    success_demand{"read_reservation", "a `status` that the contract knows", has_known_status},
    success_demand{
        "authorize_payment", "no other `authorization_id` than the one asked for",
        repeats_id<authorization_id>},
    success_demand{
        "authorize_payment", "200 or 201 and a body with `status` \"authorized\"", is_authorized},
    success_demand{
        "authorize_payment", "no other `authorization_id` than the one asked for",
        repeats_id<authorization_id>, asking},
    success_demand{
        "authorize_payment", "202 with `status` \"requires_action\"", asks_for_an_action, asking},
    success_demand{"authorize_payment", "a `next_action`, an object", has_next_action, asking},
    success_demand{
        "authorize_payment", "a `next_action` of at most 8 KiB", has_small_next_action, asking},
    success_demand{"create_order", "a body with the `order_id` that was asked for", is_the_order},
    success_demand{"void_payment", "a body with `status` \"voided\"", has_status<voided>},
};

struct route {
    std::string_view method;
    std::string_view collection;
    std::string_view verb;
    std::string_view call;
};
// Of the calls with demands; the others say all in their status.
constexpr std::array routes{
    route{"GET", "carts", "", "read_cart"},
    route{"POST", "quotes", "", "quote"},
    route{"POST", "reservations", "", "reserve_inventory"},
    route{"POST", "reservations", "confirm", "confirm_inventory"},
    route{"GET", "reservations", "", "read_reservation"},
    route{"POST", "authorizations", "", "authorize_payment"},
    route{"POST", "orders", "", "create_order"},
    route{"POST", "authorizations", "void", "void_payment"},
};

std::string_view call_of(const backend_call& sent) {
    const path asked = path_of(sent.target);
    for (const route& each : routes) {
        const bool same_place = each.collection == asked.collection && each.verb == asked.verb;
        if (same_place && each.method == sent.method) return each.call;
    }
    return {};
}

}  // namespace

std::span<const success_demand> success_demands() {
    return demands;
}

std::string flaw_of(const suite_options& options, const exchange& success, wanted_outcome wanted) {
    const std::string_view call = call_of(success.sent);
    if (!success.object) {
        if (!call.empty()) return "a body that is a JSON object";
        return success.body.empty() ? std::string() : "an empty body or a JSON object";
    }
    for (const success_demand& each : demands) {
        if (each.call != call || each.of != wanted) continue;
        if (!each.kept(options, success)) return std::string(each.expected);
    }
    return {};
}

}  // namespace makegood::conformance
