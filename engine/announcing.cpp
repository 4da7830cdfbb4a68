#include "engine/announcing.hpp"

#include <string>
#include <string_view>

#include "engine/assert.hpp"
#include "engine/definition.hpp"

namespace makegood {
namespace {

// Empty when nothing is announced for it.
std::string_view declared_type(const saga_record& saga, const step_taken& step) {
    for (const announcement& each : saga.definition->announcements()) {
        if (each.on != step.fact || each.to != step.to) continue;
        if (each.knows.empty() || saga.find(each.knows) != nullptr) return each.type;
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
    if (!outcome.steps.empty()) {
        // The steps behind it had nothing to call: nothing happened that could be told.
        const std::string_view type = declared_type(after, outcome.steps.front());
        if (!type.empty()) tell(std::string(type));
    }
    const bool ended = !outcome.steps.empty() && after.ended();
    ASSERT(!(ended && outcome.parked));
    if (ended || outcome.parked) tell(type_of_status(after));
}

}  // namespace makegood
