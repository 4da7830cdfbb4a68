#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "engine/definition.hpp"
#include "engine/saga_record.hpp"

// The means of payment of a checkout. A single one has ordinal 0, several have 1, 2, and so on; one
// of them has no amount of its own and pays the rest.
namespace makegood::contract {

[[nodiscard]] std::size_t tenders_count(const saga_record& saga);
// What the tenders with an amount of their own pay together.
[[nodiscard]] std::int64_t fixed_amounts(const saga_record& saga);
// What that tender pays. The total must be known.
[[nodiscard]] std::int64_t tender_amount(const saga_record& saga, call_ordinal ordinal);
// Its payment object, as JSON.
[[nodiscard]] std::string_view tender_payment(const saga_record& saga, call_ordinal ordinal);
// The tenders that pay something: a free checkout, or a gift card that covers all, asks nobody for
// money.
[[nodiscard]] call_ordinals paying_tenders(const saga_record& saga);

// False only when that call surely did not happen: never opened, or refused.
[[nodiscard]] bool may_have_happened(const saga_record& saga, const call_reference& call);

}  // namespace makegood::contract
