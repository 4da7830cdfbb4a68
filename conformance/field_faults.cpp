#include "conformance/field_faults.hpp"

#include <fmt/format.h>

#include <array>
#include <boost/json.hpp>

namespace makegood::conformance {

namespace {

namespace json = boost::json;

enum class member_kind { text, count, amount, lines, object };

struct deciding_member {
    std::string_view call;
    std::string_view pointer;  // RFC 6901
    member_kind kind;
};

// What decides who gets what, how much of it and for what money. Other members may be of no use to
// a backend, which is then free not to look at them.
constexpr std::array members{
    deciding_member{"reserve_inventory", "/reservation_id", member_kind::text},
    deciding_member{"reserve_inventory", "/items", member_kind::lines},
    deciding_member{"reserve_inventory", "/items/0/sku", member_kind::text},
    deciding_member{"reserve_inventory", "/items/0/quantity", member_kind::count},
    deciding_member{"reserve_inventory", "/ttl_seconds", member_kind::count},
    deciding_member{"authorize_payment", "/authorization_id", member_kind::text},
    deciding_member{"authorize_payment", "/amount", member_kind::amount},
    deciding_member{"authorize_payment", "/currency", member_kind::text},
    deciding_member{"authorize_payment", "/payment", member_kind::object},
    deciding_member{"authorize_payment", "/payment/token", member_kind::text},
    deciding_member{"create_order", "/order_id", member_kind::text},
    deciding_member{"create_order", "/customer_id", member_kind::text},
    deciding_member{"create_order", "/items", member_kind::lines},
    deciding_member{"create_order", "/items/0/quantity", member_kind::count},
    deciding_member{"create_order", "/total", member_kind::amount},
    deciding_member{"create_order", "/currency", member_kind::text},
    deciding_member{"request_shipment", "/shipment_id", member_kind::text},
    deciding_member{"request_shipment", "/order_id", member_kind::text},
    deciding_member{"request_shipment", "/items", member_kind::lines},
    deciding_member{"request_shipment", "/items/0/quantity", member_kind::count},
    deciding_member{"quote", "/items", member_kind::lines},
    deciding_member{"quote", "/items/0/quantity", member_kind::count},
    deciding_member{"quote", "/currency", member_kind::text},
    deciding_member{"notify", "/customer_id", member_kind::text},
    deciding_member{"notify", "/kind", member_kind::text},
};

std::vector<json::value> wrong_values(member_kind kind) {
    switch (kind) {
        case member_kind::text: return {false, json::object()};
        case member_kind::count: return {"1", 1.5, 0, -1};
        case member_kind::amount: return {"1", 1.5, -1};
        case member_kind::lines: return {json::array(), "none"};
        case member_kind::object: return {"none"};
    }
    return {};
}

faulty_body with(const json::object& good, std::string_view pointer, const json::value& instead) {
    json::value body = good;
    boost::system::error_code unknown;
    *body.find_pointer(pointer, unknown) = instead;
    return {
        fmt::format("`{}` is {}", pointer.substr(1), json::serialize(instead)),
        std::move(body.get_object())};
}

faulty_body without(const json::object& good, std::string_view pointer) {
    json::value body = good;
    const auto slash = pointer.rfind('/');
    boost::system::error_code unknown;
    json::value* parent = slash == 0 ? &body : body.find_pointer(pointer.substr(0, slash), unknown);
    parent->get_object().erase(pointer.substr(slash + 1));
    return {fmt::format("`{}` is missing", pointer.substr(1)), std::move(body.get_object())};
}

}  // namespace

std::vector<faulty_body> faulty_bodies(std::string_view call, const json::object& good) {
    std::vector<faulty_body> bodies;
    for (const auto& each : members) {
        if (each.call != call) continue;
        bodies.push_back(without(good, each.pointer));
        for (const auto& wrong : wrong_values(each.kind)) {
            bodies.push_back(with(good, each.pointer, wrong));
        }
    }
    return bodies;
}

}  // namespace makegood::conformance
