#include "examples/storefront/behaviour.hpp"

#include <algorithm>
#include <array>
#include <boost/json.hpp>

#include "examples/storefront/fields.hpp"

namespace storefront {
namespace {
namespace json = boost::json;

constexpr std::string_view own_path = "/v1/behaviour";
constexpr std::size_t rules_max = 100;
constexpr std::int64_t times_max = 1'000'000'000;
constexpr std::int64_t delay_ms_max = 600'000;
constexpr std::int64_t delay_ms_otherwise = 1'500;

struct mode_name {
    std::string_view name;
    misbehaviour mode;
};

constexpr std::array mode_names{
    mode_name{"lost_answer", misbehaviour::lost_answer},
    mode_name{"malformed", misbehaviour::malformed},
    mode_name{"hang", misbehaviour::hang},
    mode_name{"slow", misbehaviour::slow},
    mode_name{"late", misbehaviour::late},
    mode_name{"lost_request", misbehaviour::lost_request},
    mode_name{"error", misbehaviour::error},
    mode_name{"unauthorized", misbehaviour::unauthorized},
    mode_name{"refuse", misbehaviour::refuse}};

misbehaviour mode_of(std::string_view name) {
    for (const auto& each : mode_names) {
        if (each.name == name) return each.mode;
    }
    refuse_field(
        "mode",
        "one of lost_answer, malformed, hang, slow, late, lost_request, error, unauthorized, refuse"
    );
}

std::string_view name_of(misbehaviour mode) {
    for (const auto& each : mode_names) {
        if (each.mode == mode) return each.name;
    }
    return "";
}

std::int64_t integer_or(
    const json::object& from, std::string_view name, bounds allowed, std::int64_t otherwise
) {
    return from.contains(name) ? required_integer(from, name, allowed) : otherwise;
}

}  // namespace

void behaviour_rules::add_routes(route_table& routes) {
    routes.add("PUT /v1/behaviour", key_use::none, [this](const call& asked) {
        return replace(asked);
    });
    routes.add("GET /v1/behaviour", key_use::none, [this](const call&) { return show(); });
    routes.add("DELETE /v1/behaviour", key_use::none, [this](const call&) {
        rules_.clear();
        return answer{.status = 204, .body = {}};
    });
}

std::optional<treatment> behaviour_rules::take(const route& to, const call& arrived) {
    if (rules_.empty() || arrived.path == own_path) return std::nullopt;
    const std::string literal = arrived.method + ' ' + arrived.path;
    for (auto& each : rules_) {
        const bool called = each.call == "*" || each.call == to.name || each.call == literal;
        const bool matches = arrived.text.find(each.match) != std::string::npos
                             || arrived.path.find(each.match) != std::string::npos;
        if (!called || !matches || each.times_left == 0) continue;
        --each.times_left;
        ++each.times_used;
        return each.treat;
    }
    return std::nullopt;
}

answer behaviour_rules::replace(const call& asked) {
    const auto* member = asked.body.if_contains("rules");
    const auto* given = member != nullptr ? member->if_array() : nullptr;
    if (given == nullptr || given->size() > rules_max) {
        refuse_field("rules", "an array of at most 100 rules");
    }
    std::vector<rule> read_rules;
    for (const auto& each : *given) {
        if (!each.is_object()) refuse_field("rules", "an array of objects");
        read_rules.push_back(read(each.get_object()));
    }
    rules_ = std::move(read_rules);
    return show();
}

answer behaviour_rules::show() const {
    json::array shown;
    for (const auto& each : rules_) {
        shown.push_back(json::object{
            {"call", each.call},
            {"match", each.match},
            {"mode", name_of(each.treat.mode)},
            {"times_left", each.times_left},
            {"times_used", each.times_used},
            {"delay_ms", each.treat.delay.count()},
            {"status", each.treat.status},
            {"code", each.treat.code}});
    }
    return {.status = 200, .body = {{"rules", std::move(shown)}}};
}

behaviour_rules::rule behaviour_rules::read(const json::object& from) {
    const auto delay = integer_or(from, "delay_ms", {0, delay_ms_max}, delay_ms_otherwise);
    const auto status = integer_or(from, "status", {0, 599}, 0);
    return {
        .call = optional_text(from, "call", "*"),
        .match = optional_text(from, "match", ""),
        .times_left = integer_or(from, "times", {1, times_max}, times_max),
        .times_used = 0,
        .treat = {
            .mode = mode_of(required_text(from, "mode")),
            .delay = std::chrono::milliseconds{delay},
            .status = static_cast<unsigned>(status),
            .code = optional_text(from, "code", "")}};
}

}  // namespace storefront
