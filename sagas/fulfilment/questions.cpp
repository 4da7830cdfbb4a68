#include "sagas/fulfilment/questions.hpp"

#include "sagas/contract/shipment.hpp"

namespace makegood::fulfilment {
namespace {

namespace variable = contract::variable;

bool awaits_parcel(const saga_record& saga) {
    return saga.state.value == "awaiting_shipment" || saga.state.value == "in_transit";
}

}  // namespace

bool is_tracked(const saga_record& saga) {
    return saga.inputs.contains(variable::tracks_shipment);
}

parcel standing_of_parcel(const saga_record& saga) {
    if (!is_tracked(saga)) return parcel::not_awaited;
    const contract::shipment_status* told = contract::furthest_told(saga);
    if (told == nullptr) return parcel::not_heard_of;
    if (told->variable == variable::shipment_delivered) return parcel::not_awaited;
    if (told->variable == variable::shipment_returned) return parcel::returned;
    if (told->variable == variable::shipment_lost) return parcel::lost;
    return parcel::in_transit;
}

std::optional<state_deadline> delivery_deadline(const saga_record& saga) {
    const auto allowed = saga.inputs.integer(variable::delivery_deadline_ms);
    if (!allowed || !awaits_parcel(saga)) return {};
    return state_deadline{fact_name{"delivery_overdue"}, saga.created_at + duration{*allowed}};
}

}  // namespace makegood::fulfilment
