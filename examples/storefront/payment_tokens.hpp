#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "examples/storefront/backend.hpp"
#include "examples/storefront/behaviour.hpp"

namespace storefront {

// What a payment token stands for; README.md lists them. Pure.

enum class token_kind {
    approving,
    declining,
    asking_customer,  // 3-D Secure
    gift_card,        // approving as far as its balance goes
};

struct token_meaning {
    token_kind kind;
    std::string_view decline_code;  // of a declining one
    std::int64_t balance = 0;       // of a gift card, in minor units
};

// An unknown token declines with `invalid_token`.
token_meaning meaning_of(std::string_view token);

// Whether the token misbehaves differently from one try to the next.
bool counts_tries(std::string_view token);

// How the service treats the `attempt`th try (from 1) to authorize with the token.
std::optional<treatment> treatment_by(
    std::string_view token, std::int64_t attempt, const payment_delays& delays
);

}  // namespace storefront
