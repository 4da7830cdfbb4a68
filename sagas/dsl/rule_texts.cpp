#include "sagas/dsl/rule_texts.hpp"

namespace makegood::dsl {

std::vector<rule_text> rule_texts(const saga_table& table) {
    std::vector<rule_text> texts;
    texts.reserve(table.rules.size());
    for (const rule_line& line : table.rules) {
        rule_text& text = texts.emplace_back();
        text = {line.from, line.on, line.to, {}, line.when, line.starts_child};
        if (!line.emits.empty()) text.emits.push_back(line.emits);
    }
    return texts;
}

}  // namespace makegood::dsl
