#pragma once

#include <string_view>

#include "adapters/http/message.hpp"
#include "engine/time.hpp"

// All seven backends, as a shop that remembers nothing and answers every call at once and
// correctly. Pure functions: what the null backends serve, and what store_fill feeds to the engine.
//
// The card's token decides: `tok_declined` is declined, `tok_3ds` wants the customer to act. A cart
// is named after its customer (`cart_cus_1`) and holds one thing.
namespace makegood::bench {

inline constexpr std::string_view token_accepted = "tok_visa";
inline constexpr std::string_view token_declined = "tok_declined";
inline constexpr std::string_view token_asking = "tok_3ds";
inline constexpr std::string_view cart_prefix = "cart_";

// The text of a JSON string member that a program wrote: no escapes, no white space. Empty when
// there is none.
[[nodiscard]] std::string_view text_member(std::string_view body, std::string_view name);

[[nodiscard]] http::response backend_answer_to(const http::request& asked, instant now);

}  // namespace makegood::bench
