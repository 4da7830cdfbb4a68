#include "engine/announcing.hpp"

#include <string>
#include <string_view>

#include "engine/assert.hpp"
#include "engine/definition.hpp"

namespace makegood {
namespace {

// Empty when nothing is announced for it. A step behind the first had nothing to call, so nothing
// happened then that could be told: only what the saga had heard before is.
std::string_view declared_type(const saga_record& saga, const step_taken& step, bool is_first) {
    for (const announcement& each : saga.definition->announcements()) {
        if (each.on != step.fact || each.to != step.to) continue;
        const bool is_true = each.knows.empty() ? is_first : saga.find(each.knows) != nullptr;
        if (is_true) return each.type;
    }
    return {};
}

std::string type_of_status(const saga_record& saga) {
    const std::string_view name = saga.definition->name();
    const std::string_view status = status_text(saga.status());
    std::string type;
    type.reserve(name.size() + 1 + status.size());
    type.append(name).append(".").append(status);
    return type;
}

}  // namespace

void announce(
    const journal_entry& entry,
    const step_outcome& outcome,
    const saga_record& after,
    std::vector<outbox_event>& announced
) {
    ASSERT(after.definition != nullptr && after.sequence == entry.sequence);
    const std::size_t first = announced.size();
    const auto tell = [&](std::string type) {
        std::string data = announced.size() == first ? after.definition->announcement_data(after)
                                                     : announced.back().data;
        announced.push_back(
            {std::move(type), after.id, entry.sequence, entry.at, after.customer, after.traceparent,
             std::move(data)}
        );
    };
    for (const step_taken& each : outcome.steps) {
        const std::string_view type = declared_type(after, each, &each == &outcome.steps.front());
        if (!type.empty()) tell(std::string(type));
    }
    const bool ended = !outcome.steps.empty() && after.ended();
    ASSERT(!(ended && outcome.parked));
    if (ended || outcome.parked) tell(type_of_status(after));
}

}  // namespace makegood
