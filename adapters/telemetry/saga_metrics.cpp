#include "adapters/telemetry/saga_metrics.hpp"

#include <string>

#include "adapters/telemetry/metric_families.hpp"
#include "engine/assert.hpp"

namespace makegood {

namespace {

constexpr std::array statuses = {
    saga_status::running,     saga_status::awaiting_customer, saga_status::compensating,
    saga_status::parked,      saga_status::completed,         saga_status::failed,
    saga_status::compensated,
};

std::size_t index_of(saga_status status) {
    return static_cast<std::size_t>(status);
}

// The first six bytes of an id are the milliseconds of its creation.
instant created_at(const saga_id& id) {
    std::int64_t milliseconds = 0;
    for (std::size_t index = 0; index < 6; ++index) {
        milliseconds = milliseconds * 256 + id.bytes()[index];
    }
    return instant{duration{milliseconds}};
}

bool is_end_status(saga_status status) {
    return status == saga_status::completed || status == saga_status::failed
           || status == saga_status::compensated;
}

}  // namespace

saga_metrics::saga_metrics(metrics& all, const definition_registry& registry) {
    static_assert(statuses.size() == statuses_count);
    for (const auto& each : registry.all()) {
        by_definition_.emplace(each.get(), resolve(all, *each));
    }
}

saga_metrics::of_definition saga_metrics::resolve(metrics& all, const definition& described) {
    metric_families& families = all.families();
    const std::string saga(described.name());
    of_definition found;
    found.started = &families.sagas_started.Add({{"saga", saga}});
    found.seconds = &families.saga_seconds.Add(
        {{"saga", saga}},
        prometheus::Histogram::BucketBoundaries{
            0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 900, 3600}
    );
    for (const saga_status status : statuses) {
        const std::string text(status_text(status));
        const prometheus::Labels labels = {{"saga", saga}, {"status", text}};
        found.now[index_of(status)] = &families.sagas.Add(labels);
        if (is_end_status(status)) {
            found.ended[index_of(status)] = &families.sagas_ended.Add(labels);
        }
    }
    for (const state_spec& state : described.states()) {
        found.entered[state.name.value] =
            &families.transitions.Add({{"saga", saga}, {"state", std::string(state.name.value)}});
    }
    return found;
}

void saga_metrics::begin_with(const store_statistics& stored) {
    for (const auto& [key, count] : stored.sagas_by_status) {
        const std::size_t space = key.find(' ');
        if (space == std::string::npos) continue;
        const auto status = parse_status(std::string_view(key).substr(space + 1));
        for (auto& [described, counters] : by_definition_) {
            if (!status || described->name() != std::string_view(key).substr(0, space)) continue;
            counters.now[index_of(*status)]->Increment(static_cast<double>(count));
            break;  // Versions of one definition share the gauge.
        }
    }
}

void saga_metrics::pruned(const std::vector<pruned_saga>& removed) {
    for (const pruned_saga& each : removed) {
        for (auto& [described, counters] : by_definition_) {
            if (described->id_prefix() != each.id.prefix()) continue;
            counters.now[index_of(each.status)]->Decrement();
            break;  // Versions of one definition share the gauge.
        }
    }
}

void saga_metrics::changed(const saga_changed& change, instant at) {
    const auto found = by_definition_.find(change.definition);
    ASSERT(found != by_definition_.end());
    of_definition& counters = found->second;
    if (change.created) counters.started->Increment();
    if (change.created || change.from != change.to) {
        const auto entered = counters.entered.find(change.to.value);
        ASSERT(entered != counters.entered.end());
        entered->second->Increment();
    }
    if (!change.created && change.was == change.is) return;
    if (!change.created) counters.now[index_of(change.was)]->Decrement();
    counters.now[index_of(change.is)]->Increment();
    if (!change.ended) return;
    ASSERT(is_end_status(change.is));
    counters.ended[index_of(change.is)]->Increment();
    counters.seconds->Observe(std::chrono::duration<double>(at - created_at(change.id)).count());
}

}  // namespace makegood
