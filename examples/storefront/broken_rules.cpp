#include "examples/storefront/broken_rules.hpp"

#include <algorithm>
#include <array>
#include <bitset>

namespace storefront {
namespace {

// In the order of the enumeration.
constexpr std::array<std::string_view, 43> names{
    "done",
    "confirm",
    "capture",
    "refund",
    "repeated_key",
    "twins",
    "other_payload",
    "unknown_members",
    "broken_json",
    "invalid_field",
    "undo_never_seen",
    "late",
    "takes_effect",
    "twice",
    "race",
    "returns_stock",
    "insufficient_stock",
    "all_or_nothing",
    "last_item",
    "expires",
    "expiry_returns_stock",
    "unknown_sku",
    "confirm_never_seen",
    "confirm_after_release",
    "confirm_after_expiry",
    "release_after_confirm",
    "read_status",
    "read_never_seen",
    "declined",
    "requires_action",
    "capture_never_seen",
    "capture_after_void",
    "void_after_capture",
    "refund_before_capture",
    "clear_cart",
    "clear_never_seen",
    "keep_alive",
    "engine_headers",
    "undo",
    "void_status",
    "confirm_other",
    "expires_at",
    "next_action"};
static_assert(names.size() == static_cast<std::size_t>(rule::next_action) + 1);

std::bitset<names.size()> broken;

struct garbled_answer {
    rule breaks;
    std::string_view route;
};
constexpr std::array garbled_answers{
    garbled_answer{rule::done, "POST /v1/reservations"},
    garbled_answer{rule::done, "POST /v1/authorizations"},
    garbled_answer{rule::done, "POST /v1/orders"},
    garbled_answer{rule::done, "POST /v1/shipments"},
    garbled_answer{rule::done, "POST /v1/notifications"},
    garbled_answer{rule::done, "POST /v1/quotes"},
    garbled_answer{rule::done, "GET /v1/carts/{id}"},
    garbled_answer{rule::confirm, "POST /v1/reservations/{id}/confirm"},
    garbled_answer{rule::capture, "POST /v1/authorizations/{id}/capture"},
    garbled_answer{rule::refund, "POST /v1/authorizations/{id}/refund"},
    garbled_answer{rule::undo, "POST /v1/reservations/{id}/release"},
    garbled_answer{rule::undo, "POST /v1/authorizations/{id}/void"},
    garbled_answer{rule::undo, "POST /v1/orders/{id}/cancel"},
    garbled_answer{rule::undo, "POST /v1/shipments/{id}/cancel"}};

constexpr std::array<std::string_view, 21> known_members{
    "reservation_id",
    "checkout_id",
    "items",
    "ttl_seconds",
    "amount",
    "customer_id",
    "authorization_id",
    "currency",
    "authorization_ids",
    "payment",
    "order_id",
    "total",
    "shipment_id",
    "shipping_address",
    "kind",
    "data",
    "rules",
    "quantity",
    "warehouse",
    "unit_price",
    "result"};

}  // namespace

std::optional<rule> rule_named(std::string_view name) {
    for (std::size_t position = 0; position < names.size(); ++position) {
        if (names[position] == name) return static_cast<rule>(position);
    }
    return std::nullopt;
}

std::vector<std::string_view> rule_names() {
    return {names.begin(), names.end()};
}

void break_rule(rule which) {
    broken.set(static_cast<std::size_t>(which));
}

bool is_broken(rule which) {
    return broken.test(static_cast<std::size_t>(which));
}

bool is_garbled(std::string_view route, unsigned status) {
    return status < 300
           && std::any_of(garbled_answers.begin(), garbled_answers.end(), [&](const auto& each) {
                  return is_broken(each.breaks) && each.route == route;
              });
}

bool is_known_member(std::string_view name) {
    return std::find(known_members.begin(), known_members.end(), name) != known_members.end();
}

}  // namespace storefront
