#include "adapters/intake/shipment_orders.hpp"

#include <utility>

#include "adapters/api/problem_codes.hpp"
#include "adapters/intake/event_orders.hpp"
#include "engine/assert.hpp"
#include "engine/limits.hpp"

namespace makegood {

namespace {

or_problem<order> read_order(
    const definition& fulfilment, const body_refusal& refuse_body, const cloud_event& told
) {
    if (const auto refused = refuse_body(told.data)) return problem_of(*refused);
    // Who says it is in the journal for ever.
    if (told.source.size() > limits::actor_bytes_max) {
        return problem{
            400, problem_codes::invalid_field,
            "the event's source is longer than " + std::to_string(limits::actor_bytes_max)
                + " bytes"};
    }
    auto report = fulfilment.read_report_event(told.type, told.data, told.source);
    if (!report) return problem_of(report.error());
    return order(saga_command{report->saga, std::move(report->told)});
}

}  // namespace

message_reader shipment_order_reader(
    const definition_registry& registry, body_refusal refuse_body
) {
    const definition* const fulfilment = registry.newest("fulfilment");
    ASSERT(fulfilment != nullptr);
    order_reading read = [fulfilment,
                          refuse_body](const cloud_event& told, const std::string& /*trace*/) {
        return read_order(*fulfilment, refuse_body, told);
    };
    return event_order_reader(std::move(refuse_body), std::move(read));
}

}  // namespace makegood
