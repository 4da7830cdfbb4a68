#include "cli/event_text.hpp"

#include <fmt/format.h>

namespace makegood::cli {

namespace {

struct detail_of {
    std::string operator()(const saga_started& each) const {
        return fmt::format(
            "{} version {} for customer {}", each.definition, each.version, each.customer.value
        );
    }
    std::string operator()(const call_done& each) const { return call_text(each.call); }
    std::string operator()(const call_waiting& each) const { return call_text(each.call); }
    std::string operator()(const call_refused& each) const {
        return with_cause(
            each.call, each.detail.empty() ? each.code : each.code + ", " + each.detail
        );
    }
    std::string operator()(const call_failed& each) const {
        std::string text = with_cause(each.call, each.detail);
        if (each.next_attempt_at != never) {
            text += fmt::format("; next attempt {}", format_instant(each.next_attempt_at));
        }
        return each.parks ? text + "; parks" : text;
    }
    std::string operator()(const call_exhausted& each) const {
        return with_cause(each.call, each.detail);
    }
    std::string operator()(const call_denied& each) const {
        return with_cause(each.call, each.detail);
    }
    std::string operator()(const call_resolved& each) const {
        return fmt::format(
            "{} by {}: {}{}", call_text(each.call), each.actor,
            each.needed ? "done by hand" : "not needed",
            each.reason.empty() ? "" : ", " + each.reason
        );
    }
    std::string operator()(const timer_fired&) const { return {}; }
    std::string operator()(const signal_received& each) const {
        if (each.accepted) return each.signal + ": authorized";
        return fmt::format("{}: refused {}", each.signal, each.code);
    }
    std::string operator()(const operator_acted& each) const {
        if (each.reason.empty()) return "by " + each.actor;
        return fmt::format("by {}: {}", each.actor, each.reason);
    }
    std::string operator()(const fact_reported& each) const {
        if (each.detail.empty()) return "told by " + each.reporter;
        return fmt::format("told by {}: {}", each.reporter, each.detail);
    }
    std::string operator()(const command_done&) const { return {}; }
    std::string operator()(const saga_parked& each) const {
        return fmt::format("{}: {}", each.code, each.detail);
    }

    static std::string with_cause(const call_reference& call, const std::string& cause) {
        return cause.empty() ? call_text(call) : fmt::format("{}: {}", call_text(call), cause);
    }
};

}  // namespace

std::string call_text(const call_reference& call) {
    if (call.ordinal == 0) return std::string{call.call.value};
    return fmt::format("{}:{}", call.call.value, call.ordinal);
}

std::string event_detail(const event& happened) {
    return std::visit(detail_of{}, happened);
}

std::string way_text(state_name from, const step_outcome& outcome) {
    std::string text{from.value};
    for (const step_taken& taken : outcome.steps)
        text += fmt::format(" -> {}", taken.to.value);
    return text;
}

std::string opened_text(const step_outcome& outcome) {
    std::string text;
    for (const call_reference& call : outcome.opened) {
        if (!text.empty()) text += ", ";
        text += call_text(call);
    }
    return text;
}

}  // namespace makegood::cli
