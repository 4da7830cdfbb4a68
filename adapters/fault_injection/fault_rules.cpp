#include "adapters/fault_injection/fault_rules.hpp"

#include <utility>

#include "adapters/telemetry/log.hpp"

namespace makegood {

void fault_rules::replace(std::vector<fault_rule> rules) {
    log(log_level::warning,
        "FAULT INJECTION: fault rules in force now: " + std::to_string(rules.size()));
    const std::lock_guard lock(mutex_);
    rules_.clear();
    for (fault_rule& each : rules)
        rules_.push_back({std::move(each)});
}

std::vector<counted_rule> fault_rules::rules() const {
    const std::lock_guard lock(mutex_);
    return rules_;
}

std::optional<fault_rule> fault_rules::strike(
    fault_point where, const saga_id& saga, const call_reference& call, const customer_id& customer
) {
    std::optional<fault_rule> chosen = choose(where, call, customer);
    if (!chosen) return std::nullopt;
    counted_.injected(call.call, fault_mode_text(chosen->mode));
    std::string line = "FAULT INJECTION: ";
    line.append(fault_mode_text(chosen->mode)).append(" on ").append(call.call.value);
    log(log_level::warning, line, {saga.text(), {}});
    return chosen;
}

std::optional<fault_rule> fault_rules::choose(
    fault_point where, const call_reference& call, const customer_id& customer
) {
    const std::lock_guard lock(mutex_);
    for (counted_rule& each : rules_) {
        const bool used_up = each.rule.times != 0 && each.injected >= each.rule.times;
        if (used_up || each.rule.point() != where || !each.rule.fits(call, customer)) continue;
        ++each.matched;
        if (!each.rule.says_yes(each.matched)) continue;
        ++each.injected;
        return each.rule;
    }
    return std::nullopt;
}

}  // namespace makegood
