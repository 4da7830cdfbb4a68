#include "adapters/fault_injection/fault_rule.hpp"

namespace makegood {

fault_point fault_rule::point() const {
    return mode == fault_mode::crash_before_commit ? fault_point::opening : fault_point::attempt;
}

bool fault_rule::fits(const call_reference& which, const customer_id& whose) const {
    if (!call.empty() && call != which.call.value) return false;
    if (ordinal && *ordinal != which.ordinal) return false;
    return customer.empty() || customer == whose;
}

bool fault_rule::says_yes(std::uint64_t match) const {
    constexpr double to_fraction = 1.0 / static_cast<double>(std::uint64_t{1} << 53);
    const std::uint64_t drawn = stable_hash(std::to_string(match), seed) >> 11;  // 64 - 53
    return static_cast<double>(drawn) * to_fraction < probability;
}

}  // namespace makegood
