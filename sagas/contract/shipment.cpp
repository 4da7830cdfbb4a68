#include "sagas/contract/shipment.hpp"

namespace makegood::contract {

const shipment_status* find_shipment_status(std::string_view word) {
    for (const shipment_status& each : shipment_statuses) {
        if (each.word == word) return &each;
    }
    return nullptr;
}

const shipment_status* furthest_told(const saga_record& saga) {
    for (const shipment_status& each : shipment_statuses) {
        if (saga.find(each.variable) != nullptr) return &each;
    }
    return nullptr;
}

}  // namespace makegood::contract
