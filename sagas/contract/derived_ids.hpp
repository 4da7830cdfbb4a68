#pragma once

#include <optional>
#include <string_view>

#include "engine/identifiers.hpp"

// The ids that we choose for backends before the first send, so that an undo can name what it never
// saw. They follow from the saga's id alone; a checkout and its fulfilment share them.
namespace makegood::contract {

[[nodiscard]] id_text reservation_id(const saga_id& id);  // res_…
[[nodiscard]] id_text order_id(const saga_id& id);        // ord_…
[[nodiscard]] id_text shipment_id(const saga_id& id);     // shp_…
// The fulfilment that asked for that shipment; nothing when it is no such id.
[[nodiscard]] std::optional<saga_id> fulfilment_of(std::string_view shipment_id);
// pay_…, and with several tenders pay_…_1 and so on.
[[nodiscard]] id_text authorization_id(const saga_id& id, call_ordinal ordinal);

}  // namespace makegood::contract
