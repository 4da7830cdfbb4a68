#include "adapters/api/definition_json.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>
#include <string_view>

namespace makegood {

namespace json = boost::json;

namespace {

std::string_view kind_text(state_kind kind) {
    switch (kind) {
        case state_kind::initial: return "initial";
        case state_kind::forward: return "forward";
        case state_kind::waiting: return "waiting";
        case state_kind::pivoting: return "pivoting";
        case state_kind::committed: return "committed";
        case state_kind::backward: return "backward";
        case state_kind::completed: return "completed";
        case state_kind::failed: return "failed";
        case state_kind::compensated: return "compensated";
    }
    return "";
}

std::string_view persistence_text(persistence tries) {
    switch (tries) {
        case persistence::bounded: return "bounded";
        case persistence::until_expiry: return "until_expiry";
        case persistence::persistent: return "persistent";
    }
    return "";
}

json::object state_json(const state_spec& state) {
    return {{"name", state.name.value}, {"kind", kind_text(state.kind)}};
}

json::object call_json(const call_spec& call) {
    return {
        {"name", call.name.value},
        {"backend", call.backend.value},
        {"undo", call.undo},
        {"tries", persistence_text(call.tries)},
        {"resolvable", call.resolvable},
    };
}

json::object rule_json(const rule_text& rule) {
    json::object row{{"from", rule.from.value}, {"on", rule.on.value}};
    if (!rule.to.empty()) row["to"] = rule.to.value;
    json::array emits;
    for (const call_name& call : rule.emits)
        emits.emplace_back(call.value);
    row["emits"] = std::move(emits);
    if (!rule.when.empty()) row["when"] = rule.when;
    if (rule.starts_child) row["starts_child"] = true;
    return row;
}

json::object heading(const definition& described) {
    return {
        {"saga", described.name()},
        {"version", described.version()},
        {"id_prefix", described.id_prefix()},
    };
}

}  // namespace

std::string definitions_json(const definition_registry& registry) {
    json::array items;
    for (const auto& each : registry.all())
        items.push_back(heading(*each));
    return json::serialize(json::object{{"items", std::move(items)}});
}

std::string definition_json(const definition& described) {
    json::object members = heading(described);
    json::array& states = members["states"].emplace_array();
    for (const state_spec& each : described.states())
        states.push_back(state_json(each));
    json::array& facts = members["facts"].emplace_array();
    for (const fact_name& each : described.facts())
        facts.emplace_back(each.value);
    json::array& calls = members["calls"].emplace_array();
    for (const call_spec& each : described.calls())
        calls.push_back(call_json(each));
    json::array& rules = members["rules"].emplace_array();
    for (const rule_text& each : described.rules())
        rules.push_back(rule_json(each));
    members["mermaid"] = described.diagram();
    return json::serialize(members);
}

}  // namespace makegood
