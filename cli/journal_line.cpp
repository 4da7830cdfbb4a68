#include "cli/journal_line.hpp"

#include <fmt/format.h>

#include "cli/checkout_reader.hpp"

namespace makegood::cli {

namespace {

namespace json = boost::json;

std::vector<std::string> effects_of(const json::object& entry) {
    std::vector<std::string> effects;
    const json::value* listed = entry.if_contains("effects");
    if (listed == nullptr || !listed->is_array()) return effects;
    for (const json::value& effect : listed->get_array()) {
        if (effect.is_string()) effects.emplace_back(effect.get_string());
        if (effect.is_object()) effects.push_back(text_of(effect.get_object(), "call"));
    }
    return effects;
}

journal_line read_entry(const json::object& entry) {
    journal_line line;
    if (const json::value* sequence = entry.if_contains("seq"); sequence != nullptr) {
        boost::system::error_code ignored;
        line.sequence = sequence->to_number<std::uint64_t>(ignored);
    }
    line.at = parse_instant(text_of(entry, "at"));
    line.event = text_of(entry, "event");
    line.from = text_of(entry, "from");
    line.to = text_of(entry, "to");
    line.effects = effects_of(entry);
    line.attempt = number_of(entry, "attempt");
    line.actor = text_of(entry, "actor");
    line.detail = text_of(entry, "detail");
    line.call = text_of(entry, "call");
    line.next_attempt_at = text_of(entry, "next_attempt_at");
    const json::value* violation = entry.if_contains("violation");
    line.violation = violation != nullptr && violation->is_bool() && violation->get_bool();
    return line;
}

}  // namespace

std::string journal_line::remark() const {
    std::vector<std::string> parts;
    if (!call.empty()) parts.push_back(call);
    if (!actor.empty()) parts.push_back("by " + actor);
    if (!detail.empty()) parts.push_back(detail);
    std::string text = fmt::format("{}", fmt::join(parts, ": "));
    if (!next_attempt_at.empty()) text += "; next attempt " + next_attempt_at;
    if (violation) text += " (not listed in the table; changed nothing)";
    return text;
}

std::vector<journal_line> read_journal(const json::array& entries) {
    std::vector<journal_line> lines;
    for (const json::value& entry : entries) {
        if (entry.is_object()) lines.push_back(read_entry(entry.get_object()));
    }
    return lines;
}

}  // namespace makegood::cli
