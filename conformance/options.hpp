#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <string>

#include "conformance/backend_kind.hpp"

namespace makegood::conformance {

// What the owner of the backends says about them. Plain data, constant during a run.
struct suite_options {
    std::array<std::string, backends_count> urls;  // empty: that backend is not judged
    std::string sku;                               // ample stock, and sold by the catalog
    std::string unknown_sku = "makegood-no-such-sku";
    std::string scarce_sku;  // empty: the cases that need it are skipped, as with those below
    std::int64_t scarce_stock = 1;
    std::string token;
    std::string declined_token;
    std::string action_token;
    std::string cart_id;
    std::string customer_id = "cus_conformance";
    std::string currency = "USD";
    std::int64_t amount = 1'500;  // in minor units
    std::chrono::milliseconds answer_time_max{10'000};
    std::chrono::milliseconds expiry_grace{10'000};  // after expires_at
    std::uint64_t seed = 0;                          // every id of the run derives from it

    [[nodiscard]] const std::string& url_of(backend_kind backend) const {
        return urls[static_cast<std::size_t>(backend)];
    }
};

// What only some cases need; without it they are skipped.
enum class needed_option : std::uint8_t { none, scarce_sku, declined_token, action_token, cart_id };
// "--scarce-sku"; empty for none.
[[nodiscard]] std::string_view flag_of(needed_option option);

// Limits of what the options may say.
inline constexpr std::int64_t rush_size = 100;  // reservations of the last pieces at once
inline constexpr std::int64_t scarce_stock_max = rush_size / 2;

}  // namespace makegood::conformance
