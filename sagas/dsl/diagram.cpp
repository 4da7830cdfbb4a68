#include "sagas/dsl/diagram.hpp"

#include <algorithm>
#include <vector>

namespace makegood::dsl {
namespace {

// Arrows that differ in their fact only are drawn once.
struct arrow {
    state_name from;
    state_name to;
    std::vector<std::string> labels;
};

std::string label_of(const rule_line& rule) {
    std::string label(rule.on.value);
    if (!rule.when.empty()) {
        label += " [";
        label += rule.when;
        label += ']';
    }
    return label;
}

std::vector<arrow> arrows_of(const saga_table& table) {
    std::vector<arrow> arrows;
    for (const rule_line& rule : table.rules) {
        if (rule.ignored) continue;
        const auto same = std::ranges::find_if(arrows, [&](const arrow& each) {
            return each.from == rule.from && each.to == rule.to;
        });
        arrow& drawn = same == arrows.end() ? arrows.emplace_back() : *same;
        drawn.from = rule.from;
        drawn.to = rule.to;
        drawn.labels.push_back(label_of(rule));
    }
    return arrows;
}

std::string_view class_of(state_kind kind) {
    switch (kind) {
        case state_kind::initial:
        case state_kind::forward: return "forward";
        case state_kind::waiting: return "waiting";
        case state_kind::pivoting: return "pivoting";
        case state_kind::committed: return "committed";
        case state_kind::backward: return "backward";
        case state_kind::completed: return "completed";
        case state_kind::failed: return "failed";
        case state_kind::compensated: return "compensated";
    }
    return "forward";
}

void append_arrows(std::string& out, const saga_table& table) {
    for (const arrow& each : arrows_of(table)) {
        out.append("    ").append(each.from.value).append(" --> ").append(each.to.value);
        std::string_view separator = ": ";
        for (const std::string& label : each.labels) {
            out.append(separator).append(label);
            separator = "<br>";
        }
        out += '\n';
    }
}

}  // namespace

std::string mermaid_text(const saga_table& table) {
    std::string out = "stateDiagram-v2\n";
    for (const state_spec& state : table.states) {
        if (state.kind == state_kind::initial) {
            out.append("    [*] --> ").append(state.name.value).append("\n");
        }
    }
    append_arrows(out, table);
    for (const state_spec& state : table.states) {
        if (is_end(state.kind)) out.append("    ").append(state.name.value).append(" --> [*]\n");
    }
    out +=
        "    classDef waiting stroke-dasharray: 5 5\n"
        "    classDef pivoting stroke-width: 4px\n"
        "    classDef backward fill: #fde9d9\n"
        "    classDef compensated fill: #fde9d9\n"
        "    classDef failed fill: #f8d7da\n"
        "    classDef completed fill: #d9f2df\n";
    for (const state_spec& state : table.states) {
        const std::string_view style = class_of(state.kind);
        if (style == "forward" || style == "committed") continue;
        out.append("    class ").append(state.name.value).append(" ").append(style).append("\n");
    }
    return out;
}

}  // namespace makegood::dsl
