#pragma once

#include <string_view>

#include "engine/definition.hpp"

// What whoever ships the goods says of a shipment, and the command that it becomes. A refusal's
// code is invalid-json, invalid-field or card-number-refused.
namespace makegood::fulfilment {

// The body of a signal: `{"status":"delivered","tracking"?,"at"?,"detail"?}`. `reporter` says who
// sent it, for the journal.
[[nodiscard]] result_or<fact_reported, start_refusal> read_report(
    std::string_view body, std::string_view reporter
);

// The same as an event of the topic of shipments: the status is the end of its type, and the data
// names the shipment.
inline constexpr std::string_view shipment_event_prefix = "shipment.";
// Others publish it for others too, so members that are not known here are passed by.
// `type`: `shipment.delivered`; `data`: `{"shipment_id":"shp_…","tracking"?,"at"?,"detail"?}`.
[[nodiscard]] result_or<addressed_report, start_refusal> read_shipment_event(
    std::string_view type, std::string_view data, std::string_view reporter
);

}  // namespace makegood::fulfilment
