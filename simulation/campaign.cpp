#include "simulation/campaign.hpp"

#include <algorithm>
#include <array>

#include "engine/assert.hpp"

namespace makegood::simulation {
namespace {

// Large enough for sagas to meet each other, small enough to be looked at.
constexpr std::size_t world_checkouts = 400;

std::uint64_t mixed(std::uint64_t value, std::uint64_t with) {
    return stable_hash({}, value ^ stable_hash({}, with));
}

// The outcome, when the same promise is broken again.
std::optional<violation> breaks_again(const world_options& options, promise expected) {
    const world_outcome outcome = run_world(options);
    if (!outcome.broken || outcome.broken->broken != expected) return {};
    return outcome.broken;
}

// Whether a storm of so many steps does it too; then it is the one to go on with.
bool shortened_to(std::uint64_t steps, world_options& options, violation& broken) {
    world_options shorter = options;
    shorter.storm_steps_max = steps;
    const auto again = breaks_again(shorter, broken.broken);
    if (!again) return false;
    options = shorter;
    broken = *again;
    return true;
}

// The shortest storm that still does it. Where a longer one does not, it may miss a shorter one.
void shorten(world_options& options, violation& broken) {
    std::uint64_t enough = std::min(options.storm_steps_max, broken.step);
    std::uint64_t too_few = 0;
    if (!shortened_to(enough, options, broken)) return;
    while (enough - too_few > 1) {
        const std::uint64_t middle = too_few + (enough - too_few) / 2;
        (shortened_to(middle, options, broken) ? enough : too_few) = middle;
    }
}

// True when at least one fault was not needed.
bool leave_out_faults(world_options& options, violation& broken) {
    bool fewer = false;
    for (const fault_description& each : fault_descriptions()) {
        if (options.faults.of(each.kind) <= 0) continue;
        world_options calmer = options;
        calmer.faults.set(each.kind, 0);
        if (const auto again = breaks_again(calmer, broken.broken)) {
            options = calmer;
            broken = *again;
            fewer = true;
        }
    }
    return fewer;
}

bool concerns(const trace_line& line, const violation& broken) {
    if (!line.saga || !broken.saga) return !line.saga;
    return line.saga->bytes() == broken.saga->bytes();  // a checkout and its fulfilment
}

}  // namespace

std::size_t campaign::worlds() const {
    return static_cast<std::size_t>((checkouts + world_checkouts - 1) / world_checkouts);
}

world_options campaign::world(std::size_t index) const {
    ASSERT(index < worlds());
    const std::uint64_t before = static_cast<std::uint64_t>(index) * world_checkouts;
    world_options options;
    options.seed = mixed(seed, index);
    options.checkouts =
        static_cast<std::size_t>(std::min<std::uint64_t>(world_checkouts, checkouts - before));
    options.faults = faults;
    options.store = store;
    return options;
}

void campaign_report::add(std::size_t index, const world_outcome& outcome) {
    ++worlds;
    checkouts += outcome.checkouts;
    steps += outcome.steps;
    entries += outcome.entries;
    processes += outcome.processes;
    simulated += outcome.simulated;
    trace_hash += mixed(outcome.trace_hash, index);
    for (const auto& [end, count] : outcome.ends)
        ends[end] += count;
    for (std::size_t i = 0; i < faults.size(); ++i)
        faults[i] += outcome.faults[i];
}

shrunk_failure shrink(const world_options& failing, const violation& broken) {
    shrunk_failure small{failing, broken, {}};
    // Without a fault everything comes at another step: so first the faults, then the length.
    while (leave_out_faults(small.world, small.broken)) {
    }
    shorten(small.world, small.broken);
    world_options told = small.world;
    told.keeps_lines = true;
    const world_outcome outcome = run_world(told);
    std::ranges::copy_if(outcome.lines, std::back_inserter(small.timeline), [&](const auto& line) {
        return concerns(line, small.broken);
    });
    return small;
}

}  // namespace makegood::simulation
