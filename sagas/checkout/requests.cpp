#include "sagas/checkout/requests.hpp"

#include <array>

#include "engine/assert.hpp"
#include "sagas/contract/derived_ids.hpp"
#include "sagas/contract/request_target.hpp"
#include "sagas/contract/tenders.hpp"
#include "sagas/contract/variable_names.hpp"
#include "sagas/json/writing.hpp"

namespace makegood::checkout {
namespace {

namespace variable = contract::variable;
using json::object_text;

call_request post(std::string target, std::string body) {
    return {"POST", std::move(target), std::move(body)};
}

std::string reservation_target(const saga_record& saga, std::string_view verb) {
    return contract::path_of({"/v1/reservations/", contract::reservation_id(saga.id), verb});
}

std::string authorization_target(
    const saga_record& saga, call_ordinal ordinal, std::string_view verb
) {
    const id_text id = contract::authorization_id(saga.id, ordinal);
    return contract::path_of({"/v1/authorizations/", id, verb});
}

call_request read_cart(const saga_record& saga, call_ordinal) {
    return {"GET", "/v1/carts/" + contract::path_segment(saga.text(variable::cart_id)), {}};
}

call_request quote(const saga_record& saga, call_ordinal) {
    return post(
        "/v1/quotes", object_text()
                          .text("customer_id", saga.customer.value)
                          .fragment("items", saga.text(variable::items))
                          .text("currency", saga.text(variable::currency))
                          .finish()
    );
}

call_request reserve_inventory(const saga_record& saga, call_ordinal) {
    const std::int64_t ttl_ms = saga.integer(variable::reservation_ttl_ms).value_or(0);
    return post(
        "/v1/reservations", object_text()
                                .text("reservation_id", contract::reservation_id(saga.id))
                                .text("checkout_id", saga.id.in_place_text())
                                .fragment("items", saga.text(variable::items))
                                .number("ttl_seconds", (ttl_ms + 999) / 1000)
                                .finish()
    );
}

call_request authorize_payment(const saga_record& saga, call_ordinal ordinal) {
    return post(
        "/v1/authorizations",
        object_text()
            .text("authorization_id", contract::authorization_id(saga.id, ordinal))
            .text("checkout_id", saga.id.in_place_text())
            .text("customer_id", saga.customer.value)
            .number("amount", contract::tender_amount(saga, ordinal))
            .text("currency", saga.text(variable::currency))
            .fragment("payment", contract::tender_payment(saga, ordinal))
            .finish()
    );
}

// The authorizations that stand behind the order; the first alone when nobody had to pay.
std::vector<id_text> authorization_ids(const saga_record& saga) {
    std::vector<id_text> ids;
    for (const call_ordinal ordinal : contract::paying_tenders(saga)) {
        ids.push_back(contract::authorization_id(saga.id, ordinal));
    }
    if (ids.empty()) {
        const call_ordinal first = contract::tenders_count(saga) == 1 ? 0 : 1;
        ids.push_back(contract::authorization_id(saga.id, first));
    }
    return ids;
}

std::string text_array(const std::vector<id_text>& texts) {
    std::string out = "[";
    out.reserve(1 + texts.size() * (id_text::size_max + 3) + 1);  // quotes and a comma each
    for (const id_text& each : texts) {
        if (out.size() > 1) out += ',';
        json::append_string(out, each);
    }
    return out += ']';
}

call_request create_order(const saga_record& saga, call_ordinal) {
    const std::vector<id_text> authorizations = authorization_ids(saga);
    return post(
        "/v1/orders",
        object_text(768)
            .text("order_id", contract::order_id(saga.id))
            .text("checkout_id", saga.id.in_place_text())
            .text("customer_id", saga.customer.value)
            .fragment("items", saga.text(variable::lines))
            .number("total", saga.integer(variable::total).value_or(0))
            .text("currency", saga.text(variable::currency))
            .text("reservation_id", contract::reservation_id(saga.id))
            .text("authorization_id", authorizations.front())
            .fragment("authorization_ids", text_array(authorizations))
            .fragment_unless_empty("shipping_address", saga.text(variable::shipping_address))
            .finish()
    );
}

// A request that says all in its target.
constexpr std::string_view empty_body = "{}";

call_request confirm_inventory(const saga_record& saga, call_ordinal) {
    return post(reservation_target(saga, "/confirm"), std::string(empty_body));
}

call_request read_reservation(const saga_record& saga, call_ordinal) {
    return {"GET", reservation_target(saga, ""), {}};
}

call_request cancel_order(const saga_record& saga, call_ordinal) {
    return post(
        contract::path_of({"/v1/orders/", contract::order_id(saga.id), "/cancel"}),
        std::string(empty_body)
    );
}

call_request void_payment(const saga_record& saga, call_ordinal ordinal) {
    return post(authorization_target(saga, ordinal, "/void"), std::string(empty_body));
}

call_request refund_payment(const saga_record& saga, call_ordinal ordinal) {
    return post(authorization_target(saga, ordinal, "/refund"), std::string(empty_body));
}

call_request release_inventory(const saga_record& saga, call_ordinal) {
    return post(reservation_target(saga, "/release"), std::string(empty_body));
}

struct named_writer {
    std::string_view call;
    call_request (*write)(const saga_record&, call_ordinal);
};
constexpr std::array writers{
    named_writer{"read_cart", read_cart},
    named_writer{"quote", quote},
    named_writer{"reserve_inventory", reserve_inventory},
    named_writer{"authorize_payment", authorize_payment},
    named_writer{"create_order", create_order},
    named_writer{"confirm_inventory", confirm_inventory},
    named_writer{"read_reservation", read_reservation},
    named_writer{"cancel_order", cancel_order},
    named_writer{"void_payment", void_payment},
    named_writer{"refund_payment", refund_payment},
    named_writer{"release_inventory", release_inventory},
};

}  // namespace

call_request request_of(const call_spec& call, call_ordinal ordinal, const saga_record& saga) {
    for (const named_writer& each : writers) {
        if (each.call == call.name.value) return each.write(saga, ordinal);
    }
    ASSERT(false && "the call is in the catalogue and has a request");
}

}  // namespace makegood::checkout
