#include "sagas/checkout/reasons.hpp"

#include <algorithm>
#include <array>

#include "sagas/contract/tenders.hpp"
#include "sagas/contract/variable_names.hpp"

namespace makegood::checkout {
namespace {

namespace variable = contract::variable;

struct named_reason {
    std::string_view fact;
    std::string_view word;
};
constexpr std::array reasons{
    named_reason{"pricing_refused", "unknown_sku"},
    named_reason{"inventory_reserved", "reservation_too_short"},
    named_reason{"inventory_refused", "insufficient_stock"},
    named_reason{"payment_refused", "payment_declined"},
    named_reason{"order_refused", "order_refused"},
    named_reason{"confirm_refused", "reservation_expired"},
    named_reason{"reservation_read", "reservation_expired"},
    named_reason{"reservation_expired", "reservation_expired"},
    named_reason{"outcome_unknown", "outcome_unknown"},
    named_reason{"cancel_requested", "cancelled"},
    named_reason{"deadline_passed", "deadline_exceeded"},
};

// Codes that the contract names for the refusals of pricing and reserving.
constexpr std::array<std::string_view, 5> contract_codes{
    "unknown_sku", "empty_cart", "cart_not_found", "price_changed", "insufficient_stock"};

std::string_view word_for_price(const saga_record& saga) {
    const auto total = saga.integer(variable::total);
    const auto expected = saga.integer(variable::expected_total);
    if (!total || (expected && *expected != *total)) return "price_changed";
    return "tenders_exceed_total";
}

}  // namespace

std::string reason_of(const saga_record& saga, fact_name fact, std::string_view code) {
    if (fact.value == "quoted") return std::string(word_for_price(saga));
    const bool keeps_code = fact.value == "pricing_refused" || fact.value == "inventory_refused";
    if (keeps_code && std::ranges::find(contract_codes, code) != contract_codes.end()) {
        return std::string(code);
    }
    // Nothing was done yet that could have happened or not: a backend simply did not answer.
    if (fact.value == "outcome_unknown" && saga.state.value == "pricing")
        return "backend_unavailable";
    const auto named = std::ranges::find(reasons, fact.value, &named_reason::fact);
    return std::string(named == reasons.end() ? fact.value : named->word);
}

}  // namespace makegood::checkout
