#pragma once

#include <string>

#include "engine/identifiers.hpp"

// The ids that we choose for backends before the first send, so that an undo can name what it never
// saw. They follow from the saga's id alone; a checkout and its fulfilment share them.
namespace makegood::contract {

[[nodiscard]] std::string reservation_id(const saga_id& id);  // res_…
[[nodiscard]] std::string order_id(const saga_id& id);        // ord_…
[[nodiscard]] std::string shipment_id(const saga_id& id);     // shp_…
// pay_…, and with several tenders pay_…_1 and so on.
[[nodiscard]] std::string authorization_id(const saga_id& id, call_ordinal ordinal);

}  // namespace makegood::contract
