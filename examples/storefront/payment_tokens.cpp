#include "examples/storefront/payment_tokens.hpp"

#include <array>
#include <charconv>

namespace storefront {
namespace {

constexpr std::string_view gift_prefix = "tok_gift_";
constexpr std::int64_t gift_units_max = 1'000'000;

constexpr std::array<std::string_view, 11> approving_tokens{
    "tok_visa",          "tok_mastercard",   "tok_amex",       "tok_slow",
    "tok_lost_answer",   "tok_lost_twice",   "tok_error_once", "tok_always_503",
    "tok_never_answers", "tok_unauthorized", "tok_malformed"};

struct declining_token {
    std::string_view token;
    std::string_view code;
};

constexpr std::array declining_tokens{
    declining_token{"tok_declined", "card_declined"},
    declining_token{"tok_insufficient_funds", "insufficient_funds"},
    declining_token{"tok_expired_card", "expired_card"}};

// `tok_gift_50` has 50.00 in whatever currency it is used; 0 when it is no gift card.
std::int64_t gift_balance(std::string_view token) {
    if (!token.starts_with(gift_prefix)) return 0;
    const auto digits = token.substr(gift_prefix.size());
    std::int64_t units = 0;
    const auto read = std::from_chars(digits.data(), digits.data() + digits.size(), units);
    const bool whole = read.ec == std::errc{} && read.ptr == digits.data() + digits.size();
    return whole && units > 0 && units <= gift_units_max ? units * 100 : 0;
}

}  // namespace

token_meaning meaning_of(std::string_view token) {
    for (const auto each : approving_tokens) {
        if (each == token) return {token_kind::approving, {}};
    }
    for (const auto& each : declining_tokens) {
        if (each.token == token) return {token_kind::declining, each.code};
    }
    if (token == "tok_3ds") return {token_kind::asking_customer, {}};
    const auto balance = gift_balance(token);
    if (balance > 0) return {token_kind::gift_card, {}, balance};
    return {token_kind::declining, "invalid_token"};
}

bool counts_tries(std::string_view token) {
    return token == "tok_lost_answer" || token == "tok_lost_twice" || token == "tok_error_once";
}

std::optional<treatment> treatment_by(
    std::string_view token, std::int64_t attempt, const payment_delays& delays
) {
    const auto plain = [](misbehaviour mode) { return treatment{.mode = mode, .code = {}}; };
    if (token == "tok_slow") {
        return treatment{.mode = misbehaviour::slow, .delay = delays.slow, .code = {}};
    }
    if (token == "tok_never_answers") {
        return treatment{.mode = misbehaviour::hang, .delay = delays.hang, .code = {}};
    }
    if (token == "tok_always_503") return plain(misbehaviour::error);
    if (token == "tok_unauthorized") return plain(misbehaviour::unauthorized);
    if (token == "tok_malformed") return plain(misbehaviour::malformed);
    if (token == "tok_lost_answer" && attempt <= 1) return plain(misbehaviour::lost_answer);
    if (token == "tok_lost_twice" && attempt <= 2) return plain(misbehaviour::lost_answer);
    if (token == "tok_error_once" && attempt <= 1) return plain(misbehaviour::error);
    return std::nullopt;
}

}  // namespace storefront
