#include "conformance/doing_flaws.hpp"

#include <boost/json/array.hpp>
#include <boost/json/parse.hpp>
#include <map>

#include "engine/time.hpp"

namespace makegood::conformance {

namespace {

namespace json = boost::json;

json::object sent_body(const exchange& done) {
    return json::parse(done.sent.body).as_object();
}

// A backend may, but need not, repeat an id that the engine chose.
bool agrees(const exchange& done, const char* name) {
    if (!done.object || !done.object->contains(name)) return true;
    return done.object->at(name) == sent_body(done).at(name);
}

std::int64_t integer(const json::object& from, std::string_view name) {
    const auto* value = from.if_contains(name);
    return value != nullptr && value->is_int64() ? value->get_int64() : -1;
}

// What is asked for, or quoted, by SKU: lines may be merged or reordered.
std::map<std::string, std::int64_t> quantities(const json::object& from) {
    std::map<std::string, std::int64_t> sums;
    const auto* items = from.if_contains("items");
    if (items == nullptr || !items->is_array()) return sums;
    for (const auto& each : items->get_array()) {
        const auto* line = each.if_object();
        const auto* sku = line != nullptr ? line->if_contains("sku") : nullptr;
        if (sku == nullptr || !sku->is_string()) return {};
        sums[std::string(sku->get_string())] += integer(*line, "quantity");
    }
    return sums;
}

bool lines_add_up(const json::object& quote) {
    std::int64_t sum = 0;
    for (const auto& each : quote.at("items").get_array()) {
        const auto& line = each.get_object();
        if (integer(line, "unit_price") < 0 || integer(line, "amount") < 0) return false;
        sum += integer(line, "amount");
    }
    return sum == integer(quote, "total");
}

}  // namespace

std::string flaw_of_reserved(const exchange& done) {
    if (done.text("status") != "reserved") return "a body with `status` \"reserved\"";
    if (!parse_instant(done.text("expires_at"))) return "a body with `expires_at` in RFC 3339";
    if (!agrees(done, "reservation_id")) return "no other `reservation_id` than the one asked for";
    return {};
}

std::string flaw_of_authorized(const exchange& done) {
    if (done.status == 202 || done.text("status") != "authorized") {
        return "200 or 201 and a body with `status` \"authorized\"";
    }
    if (!agrees(done, "authorization_id")) {
        return "no other `authorization_id` than the one asked for";
    }
    return {};
}

std::string flaw_of_order(const exchange& done) {
    return done.object && done.object->contains("order_id") && agrees(done, "order_id")
               ? std::string()
               : "a body with the `order_id` that was asked for";
}

std::string flaw_of_quote(const exchange& done) {
    const auto asked = sent_body(done);
    if (!done.object || quantities(*done.object) != quantities(asked)) {
        return "a body with `items` for what was asked for";
    }
    if (!agrees(done, "currency") || done.text("currency").empty()) {
        return "a body with the `currency` that was asked for";
    }
    if (!lines_add_up(*done.object)) {
        return "lines with `unit_price` and `amount`, and a `total` that is their sum";
    }
    return {};
}

std::string flaw_of_plain(const exchange& done) {
    return done.body.empty() || done.object ? std::string() : "an empty body or a JSON object";
}

}  // namespace makegood::conformance
