#include "adapters/api/fault_rules_json.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>
#include <charconv>
#include <iterator>
#include <limits>
#include <set>
#include <utility>

#include "adapters/api/body_reader.hpp"
#include "engine/limits.hpp"

namespace makegood {

namespace json = boost::json;

namespace {

constexpr std::size_t call_bytes_max = 128;
constexpr std::size_t code_bytes_max = 128;

// Reads one rule after the other. Lives for one request.
class rules_reader {
public:
    explicit rules_reader(const definition_registry& registry) {
        for (const auto& each : registry.all()) {
            for (const call_spec& call : each->calls())
                calls_.insert(call.name.value);
        }
    }

    fault_rule read(body_reader& from) const {
        fault_rule rule;
        read_call(from, rule);
        rule.customer = customer_id(
            from.optional_text("customer_id", limits::customer_id_bytes_max).value_or("")
        );
        const std::vector<std::string_view> modes(fault_mode_texts.begin(), fault_mode_texts.end());
        const auto mode = from.required_word("mode", modes);
        rule.mode = static_cast<fault_mode>(mode.value_or(0));
        const auto times = from.optional_integer("times", {0, fault_limits::times_max});
        rule.times = static_cast<std::uint64_t>(times.value_or(1));
        rule.probability = from.optional_probability("probability").value_or(1);
        const auto seed =
            from.optional_integer("seed", {0, std::numeric_limits<std::int64_t>::max()});
        rule.seed = static_cast<std::uint64_t>(seed.value_or(0));
        const auto delay = from.optional_integer("delay_ms", {0, fault_limits::delay_max.count()});
        rule.delay = duration{delay.value_or(0)};
        rule.code = from.optional_text("code", code_bytes_max).value_or("");
        rule.detail = from.optional_text("detail", limits::detail_bytes_max).value_or("");
        if (mode) check_members_of_mode(from, rule);
        return rule;
    }

private:
    // "void_payment" or "void_payment:2".
    void read_call(body_reader& from, fault_rule& rule) const {
        const auto text = from.optional_text("call", call_bytes_max);
        if (!text) return;
        const std::size_t colon = text->find(':');
        rule.call = text->substr(0, colon);
        if (!calls_.contains(rule.call)) return from.wrong("call", "must be " + known_calls());
        if (colon == std::string::npos) return;
        call_ordinal ordinal = 0;
        const char* const end = text->data() + text->size();
        const auto [rest, error] = std::from_chars(text->data() + colon + 1, end, ordinal);
        if (error != std::errc{} || rest != end) {
            return from.wrong("call", "must have a number from 0 to 255 after the colon");
        }
        rule.ordinal = ordinal;
    }

    std::string known_calls() const {
        std::string listed;
        for (const std::string_view each : calls_) {
            listed.append(listed.empty() ? "one of " : ", ").append(each);
        }
        return listed;
    }

    static void check_members_of_mode(body_reader& from, const fault_rule& rule) {
        const bool delayed = rule.delay > duration{0};
        if (rule.mode == fault_mode::delay && !delayed) {
            from.wrong("delay_ms", "is required for the mode delay, and more than 0");
        }
        if (rule.mode == fault_mode::crash_before_commit && delayed) {
            from.wrong("delay_ms", "makes no sense here: the crash comes before there is a call");
        }
        const bool refuses = rule.mode == fault_mode::refuse;
        if (refuses && rule.code.empty()) from.wrong("code", "is required for the mode refuse");
        if (!refuses && !rule.code.empty()) from.wrong("code", "belongs to the mode refuse only");
        if (!refuses && !rule.detail.empty()) {
            from.wrong("detail", "belongs to the mode refuse only");
        }
    }

    std::set<std::string_view> calls_;  // of every definition
};

json::object object_of(const counted_rule& counted) {
    const fault_rule& rule = counted.rule;
    json::object members;
    if (!rule.call.empty()) {
        const std::string which = rule.ordinal ? ":" + std::to_string(*rule.ordinal) : "";
        members["call"] = rule.call + which;
    }
    if (!rule.customer.empty()) members["customer_id"] = rule.customer.value;
    members["mode"] = fault_mode_text(rule.mode);
    if (!rule.code.empty()) members["code"] = rule.code;
    if (!rule.detail.empty()) members["detail"] = rule.detail;
    members["times"] = rule.times;
    members["probability"] = rule.probability;
    members["seed"] = rule.seed;
    members["delay_ms"] = rule.delay.count();
    members["matched"] = counted.matched;
    members["injected"] = counted.injected;
    return members;
}

}  // namespace

or_problem<std::vector<fault_rule>> read_fault_rules(
    std::string_view body, const definition_registry& registry
) {
    or_problem<body_reader> reader = body_reader::open(body);
    if (!reader) return reader.error();
    const rules_reader each_rule(registry);
    std::vector<fault_rule> rules;
    std::vector<field_problem> inside;
    for (body_reader& each : reader->required_objects("rules", fault_limits::rules_max)) {
        rules.push_back(each_rule.read(each));
        std::vector<field_problem> found = each.take_problems();
        std::move(found.begin(), found.end(), std::back_inserter(inside));
    }
    if (auto wrong = reader->finish_with(std::move(inside))) return std::move(*wrong);
    return rules;
}

std::string fault_rules_json(const std::vector<counted_rule>& rules) {
    json::array listed;
    for (const counted_rule& each : rules)
        listed.push_back(object_of(each));
    return json::serialize(json::object{{"rules", std::move(listed)}});
}

}  // namespace makegood
