#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/result.hpp"
#include "simulation/chance.hpp"

namespace makegood::simulation {

// What can go wrong, on purpose.
enum class fault_kind : std::uint8_t {
    // each attempt of a call
    lost_request,
    lost_answer,
    duplicate,
    late_delivery,
    slow_answer,
    server_error,
    error_after_effect,
    malformed_answer,
    denied,
    breaker_open,
    // what a backend decides
    refused,
    early_expiry,
    captured_early,
    // each arriving checkout
    backend_restart,
    error_storm,
    crash,
    crash_in_recovery,
    takeover,
    disk_full,
    fsync_failure,
    slow_fsync,
    clock_forward,
    clock_back,
    // what people do
    repeated_start,
    reused_key,
    cancel,
    operator_verb,
    late_customer,
    // what becomes of parcels
    lost_parcel,
    unruly_carrier,
};
inline constexpr std::size_t fault_kinds_count = 30;

struct fault_description {
    fault_kind kind{};
    std::string_view name;  // "lost_request"
    double light = 0;       // probability at each opportunity
    double heavy = 0;
    std::string_view meaning;
};
[[nodiscard]] const std::array<fault_description, fault_kinds_count>& fault_descriptions();
[[nodiscard]] std::string_view fault_name(fault_kind kind);

// How often each fault strikes, in [0, 1] at each opportunity.
class fault_rates {
public:
    [[nodiscard]] double of(fault_kind kind) const {
        return rates_[static_cast<std::size_t>(kind)];
    }
    void set(fault_kind kind, double rate) { rates_[static_cast<std::size_t>(kind)] = rate; }

    // "none", "light", "heavy", or a list of settings that a preset may begin: "lost_answer=0.2",
    // "heavy,crash=0". Fails with a sentence.
    [[nodiscard]] static result_or<fault_rates, std::string> parse(std::string_view text);
    // As parse() takes it: only what is not 0.
    [[nodiscard]] std::string text() const;

private:
    std::array<double, fault_kinds_count> rates_{};
};

using fault_counts = std::array<std::uint64_t, fault_kinds_count>;

// Decides which fault strikes when. Every kind draws from a stream of its own, so that leaving one
// out changes no other's chances.
class weather {
public:
    weather(std::uint64_t seed, const fault_rates& rates);

    [[nodiscard]] bool strikes(fault_kind kind);
    // From now on nothing strikes.
    void clear_up() { fair_ = true; }
    [[nodiscard]] bool fair() const { return fair_; }
    [[nodiscard]] const fault_counts& counts() const { return counts_; }

private:
    fault_rates rates_;
    std::vector<chance> streams_;
    fault_counts counts_{};
    bool fair_ = false;
};

}  // namespace makegood::simulation
