#include "adapters/api/journal_json.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>
#include <string_view>
#include <variant>

namespace makegood {

namespace json = boost::json;

namespace {

std::string text_of(const call_reference& call) {
    std::string text(call.call.value);
    if (call.ordinal > 0) text.append(":").append(std::to_string(call.ordinal));
    return text;
}

// "code: detail", or whichever there is.
std::string joined(std::string_view code, std::string_view detail) {
    std::string text(code);
    if (!code.empty() && !detail.empty()) text += ": ";
    return text.append(detail);
}

// What the members `call`, `actor` and `detail` say of one event.
struct event_words {
    const call_reference* call = nullptr;
    std::string actor;
    std::string detail;
    const instant* next_attempt_at = nullptr;
};

struct describe {
    event_words operator()(const saga_started&) const { return {}; }
    event_words operator()(const call_done& event) const { return {&event.call, {}, {}, {}}; }
    event_words operator()(const call_waiting& event) const { return {&event.call, {}, {}, {}}; }
    event_words operator()(const call_refused& event) const {
        return {&event.call, {}, joined(event.code, event.detail), {}};
    }
    event_words operator()(const call_failed& event) const {
        return {&event.call, {}, event.detail, &event.next_attempt_at};
    }
    event_words operator()(const call_exhausted& event) const {
        return {&event.call, {}, event.detail, {}};
    }
    event_words operator()(const call_denied& event) const {
        return {&event.call, {}, event.detail, {}};
    }
    event_words operator()(const call_resolved& event) const {
        return {&event.call, event.actor, event.reason, {}};
    }
    event_words operator()(const timer_fired&) const { return {}; }
    event_words operator()(const command_done&) const { return {}; }
    event_words operator()(const signal_received& event) const { return {{}, {}, event.code, {}}; }
    event_words operator()(const operator_acted& event) const {
        return {{}, event.actor, event.reason, {}};
    }
    event_words operator()(const fact_reported& event) const {
        return {{}, event.reporter, event.detail, {}};
    }
    event_words operator()(const saga_parked& event) const {
        return {{}, {}, joined(event.code, event.detail), {}};
    }
};

void add_text(json::object& item, std::string_view name, const std::string& text) {
    if (!text.empty()) item.emplace(name, text);
}

// Which attempt of the call this answer was: those that failed before it, and itself.
std::uint32_t attempt_of(const replayed_entry& seen, const call_reference& call) {
    const call_record* const record = seen.after.find_call(call);
    const std::uint32_t failed = record == nullptr ? 0 : record->attempts;
    const bool counted = std::holds_alternative<call_failed>(seen.entry.event);
    return counted ? failed : failed + 1;
}

bool is_answer(const event& what) {
    return std::holds_alternative<call_done>(what) || std::holds_alternative<call_waiting>(what)
           || std::holds_alternative<call_refused>(what)
           || std::holds_alternative<call_failed>(what);
}

void add_effects(json::object& item, const step_outcome& outcome) {
    if (outcome.opened.empty() && !outcome.starts_child) return;
    json::array& effects = item["effects"].emplace_array();
    for (const call_reference& call : outcome.opened)
        effects.emplace_back(text_of(call));
    if (outcome.starts_child) effects.emplace_back("start_child");
}

json::object item_of(const replayed_entry& seen) {
    json::object item;
    item["seq"] = seen.entry.sequence;
    item["at"] = format_instant(seen.entry.at);
    item["event"] = entry_name(seen.entry, seen.outcome);
    if (seen.entry.sequence > 1) item["from"] = seen.from.value;
    item["to"] = seen.after.state.value;
    add_effects(item, seen.outcome);
    const event_words words = std::visit(describe{}, seen.entry.event);
    if (words.call != nullptr) {
        item["call"] = text_of(*words.call);
        if (is_answer(seen.entry.event)) item["attempt"] = attempt_of(seen, *words.call);
    }
    add_text(item, "actor", words.actor);
    add_text(item, "detail", words.detail);
    if (words.next_attempt_at != nullptr && *words.next_attempt_at != never) {
        item["next_attempt_at"] = format_instant(*words.next_attempt_at);
    }
    if (!seen.outcome.listed) item["violation"] = true;
    return item;
}

}  // namespace

result_or<std::string, replay_failure> journal_json(
    const definition_registry& registry, const saga_id& id, std::span<const journal_entry> entries
) {
    json::array items;
    items.reserve(entries.size());
    const auto folded = replay(registry, id, entries, [&items](const replayed_entry& seen) {
        items.push_back(item_of(seen));
    });
    if (!folded) return folded.error();
    return json::serialize(json::object{{"items", std::move(items)}});
}

}  // namespace makegood
