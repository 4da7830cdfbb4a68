#include "sagas/fulfilment/requests.hpp"

#include <array>

#include "engine/assert.hpp"
#include "sagas/contract/derived_ids.hpp"
#include "sagas/contract/request_target.hpp"
#include "sagas/contract/variable_names.hpp"
#include "sagas/json/writing.hpp"

namespace makegood::fulfilment {
namespace {

namespace variable = contract::variable;
using json::object_text;

call_request capture_payment(const saga_record& saga, call_ordinal ordinal) {
    const id_text id = contract::authorization_id(saga.id, ordinal);
    return {"POST", contract::path_of({"/v1/authorizations/", id, "/capture"}), "{}"};
}

call_request request_shipment(const saga_record& saga, call_ordinal) {
    return {
        "POST", "/v1/shipments",
        object_text(512)
            .text("shipment_id", contract::shipment_id(saga.id))
            .text("order_id", contract::order_id(saga.id))
            .fragment("items", saga.text(variable::items))
            .fragment_unless_empty("shipping_address", saga.text(variable::shipping_address))
            .finish()};
}

call_request clear_cart(const saga_record& saga, call_ordinal) {
    return {"DELETE", "/v1/carts/" + contract::path_segment(saga.text(variable::cart_id)), {}};
}

call_request notify(const saga_record& saga, call_ordinal) {
    const std::string data = object_text(128)
                                 .text("order_id", contract::order_id(saga.id))
                                 .number("total", saga.integer(variable::total).value_or(0))
                                 .text("currency", saga.text(variable::currency))
                                 .finish();
    return {
        "POST", "/v1/notifications",
        object_text()
            .text("customer_id", saga.customer.value)
            .text("kind", "checkout_completed")
            .text("checkout_id", saga.text(variable::checkout_id))
            .fragment("data", data)
            .finish()};
}

struct named_writer {
    std::string_view call;
    call_request (*write)(const saga_record&, call_ordinal);
};
constexpr std::array writers{
    named_writer{"capture_payment", capture_payment},
    named_writer{"request_shipment", request_shipment},
    named_writer{"clear_cart", clear_cart},
    named_writer{"notify", notify},
};

}  // namespace

call_request request_of(const call_spec& call, call_ordinal ordinal, const saga_record& saga) {
    for (const named_writer& each : writers) {
        if (each.call == call.name.value) return each.write(saga, ordinal);
    }
    ASSERT(false && "the call is in the catalogue and has a request");
}

}  // namespace makegood::fulfilment
