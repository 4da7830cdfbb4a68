#pragma once

#include <string>

#include "engine/definition.hpp"
#include "sagas/registry.hpp"

// The shop that the saga tests play in: what customers send, and what well-behaved backends answer.
namespace makegood::testing {

inline constexpr instant start_time{duration{1'790'000'000'000}};

// A checkout of two items for 129.99 USD, paid by one card.
[[nodiscard]] std::string one_card_body();
// The same, paid by a gift card with 50.00 USD and a card for the rest.
[[nodiscard]] std::string two_tenders_body();
// The same, of a cart.
[[nodiscard]] std::string cart_body();

// What the backend answers when all goes well. `now` is its clock.
[[nodiscard]] backend_answer good_answer(
    const call_spec& call, call_ordinal ordinal, const saga_record& saga, instant now
);
// Its final no, with the code that the contract names for that call.
[[nodiscard]] backend_answer refusing_answer(const call_spec& call);
// The payment backend wants to see the customer.
[[nodiscard]] backend_answer customer_needed_answer();

// The definition's reading of an answer, as the event that the engine would journal.
[[nodiscard]] event event_of(
    const call_reference& call, const saga_record& saga, const backend_answer& answer
);

// What whoever ships says of the parcel: "delivered".
[[nodiscard]] fact_reported report_of(std::string_view status);

[[nodiscard]] saga_id test_id();

}  // namespace makegood::testing
