#include "sagas/contract/derived_ids.hpp"

namespace makegood::contract {

std::string reservation_id(const saga_id& id) {
    return "res_" + id.suffix();
}

std::string order_id(const saga_id& id) {
    return "ord_" + id.suffix();
}

std::string shipment_id(const saga_id& id) {
    return "shp_" + id.suffix();
}

std::string authorization_id(const saga_id& id, call_ordinal ordinal) {
    std::string text = "pay_" + id.suffix();
    if (ordinal > 0) text += "_" + std::to_string(ordinal);
    return text;
}

}  // namespace makegood::contract
