#include <algorithm>
#include <array>

#include "conformance/doing.hpp"
#include "engine/assert.hpp"

namespace makegood::conformance {

namespace {

namespace json = boost::json;

json::array items_of(const suite_options& options) {
    return json::array{json::object{{"sku", options.sku}, {"quantity", 1}}};
}

json::object address() {
    return {{"name", "Conformance"}, {"city", "Turin"}, {"country", "IT"}};
}

json::object reservation(const suite_options& options, const trial_ids& ids) {
    return {
        {"reservation_id", "res_" + ids.suffix},
        {"checkout_id", ids.checkout()},
        {"items", items_of(options)},
        {"ttl_seconds", 300}};
}

json::object authorization(const suite_options& options, const trial_ids& ids) {
    return {
        {"authorization_id", "pay_" + ids.suffix},
        {"checkout_id", ids.checkout()},
        {"customer_id", options.customer_id},
        {"amount", options.amount},
        {"currency", options.currency},
        {"payment", json::object{{"method", "card"}, {"token", options.token}}}};
}

json::object order(const suite_options& options, const trial_ids& ids) {
    const std::string authorization_id = "pay_" + ids.suffix;
    return {
        {"order_id", "ord_" + ids.suffix},
        {"checkout_id", ids.checkout()},
        {"customer_id", options.customer_id},
        {"items", json::array{json::object{
                      {"sku", options.sku},
                      {"quantity", 1},
                      {"unit_price", options.amount},
                      {"amount", options.amount}}}},
        {"total", options.amount},
        {"currency", options.currency},
        {"reservation_id", "res_" + ids.suffix},
        {"authorization_id", authorization_id},
        {"authorization_ids", json::array{authorization_id}},
        {"shipping_address", address()}};
}

json::object shipment(const suite_options& options, const trial_ids& ids) {
    return {
        {"shipment_id", "shp_" + ids.suffix},
        {"order_id", "ord_" + ids.suffix},
        {"items", items_of(options)},
        {"shipping_address", address()}};
}

json::object notification(const suite_options& options, const trial_ids& ids) {
    return {
        {"customer_id", options.customer_id},
        {"kind", "checkout_completed"},
        {"checkout_id", ids.checkout()},
        {"data", json::object{{"order_id", "ord_" + ids.suffix}}}};
}

json::object quote(const suite_options& options, const trial_ids&) {
    return {
        {"customer_id", options.customer_id},
        {"items", items_of(options)},
        {"currency", options.currency}};
}

constexpr std::array table{
    doing{
        .of = backend_kind::inventory,
        .name = "reserve",
        .call = "reserve_inventory",
        .collection = "/v1/reservations",
        .id_prefix = "res_",
        .keyed = true,
        .undo_name = "release",
        .undo_verb = "release",
        .twice = "stock is held twice for one checkout and seems sold out too early",
        .stays = "stock stays held for a checkout that has ended, and nobody can buy it",
        .body = reservation},
    doing{
        .of = backend_kind::payment,
        .name = "authorize",
        .call = "authorize_payment",
        .collection = "/v1/authorizations",
        .id_prefix = "pay_",
        .keyed = true,
        .undo_name = "void",
        .undo_verb = "void",
        .twice = "the customer's money is held twice for one purchase",
        .stays = "the customer's money stays held for a purchase that never happened",
        .body = authorization},
    doing{
        .of = backend_kind::order,
        .name = "create",
        .call = "create_order",
        .collection = "/v1/orders",
        .id_prefix = "ord_",
        .keyed = true,
        .undo_name = "cancel",
        .undo_verb = "cancel",
        .twice = "the customer sees two orders for one purchase",
        .stays = "an order stands that nobody has paid for, and somebody packs it",
        .body = order},
    doing{
        .of = backend_kind::fulfillment,
        .name = "request",
        .call = "request_shipment",
        .collection = "/v1/shipments",
        .id_prefix = "shp_",
        .keyed = true,
        .undo_name = "cancel",
        .undo_verb = "cancel",
        .twice = "two parcels leave for one order",
        .stays = "a parcel leaves for an order that was cancelled",
        .body = shipment},
    doing{
        .of = backend_kind::catalog,
        .name = "quote",
        .call = "quote",
        .collection = "/v1/quotes",
        .id_prefix = "",
        .keyed = false,
        .undo_name = "",
        .undo_verb = "",
        .twice = "",
        .stays = "",
        .body = quote},
    doing{
        .of = backend_kind::notification,
        .name = "notify",
        .call = "notify",
        .collection = "/v1/notifications",
        .id_prefix = "",
        .keyed = true,
        .undo_name = "",
        .undo_verb = "",
        .twice = "the customer gets the same message again with every retry",
        .stays = "",
        .body = notification},
};

}  // namespace

std::span<const doing> doings() {
    return table;
}

const doing& doing_named(std::string_view call) {
    const auto found = std::find_if(table.begin(), table.end(), [&](const doing& each) {
        return each.call == call;
    });
    ASSERT(found != table.end());
    return *found;
}

}  // namespace makegood::conformance
