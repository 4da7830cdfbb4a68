#include <fmt/format.h>

#include <charconv>
#include <string>

#include "simulation/campaign.hpp"
#include "tests/simulation/mutants/planted.hpp"

// Usage: makegood_mutants MUTANT SEED WORLDS STORE [shrink]. Runs worlds in heavy weather over that
// store, with that mutant planted ("none": without), until one breaks a promise. Exit 6 and a line
// that names the promise when one did, 0 when none did. With `shrink` it then looks for the
// shortest storm that does it, and says what that took.
namespace {

using namespace makegood::simulation;

std::string_view active;

std::uint64_t number(std::string_view text) {
    std::uint64_t value = 0;
    std::from_chars(text.data(), text.data() + text.size(), value);
    return value;
}

void tell_shrunk(const world_options& world, const violation& broken) {
    const shrunk_failure small = shrink(world, broken);
    fmt::print(
        "shrunk from {} to {} steps, with {}, {} lines of timeline\n", broken.step,
        small.world.storm_steps_max, small.world.faults.text(), small.timeline.size()
    );
    const world_outcome again = run_world(small.world);
    fmt::print("again {}\n", again.broken ? promise_name(again.broken->broken) : "nothing");
}

}  // namespace

bool makegood::planted(std::string_view mutant) {
    return mutant == active;
}

int main(int count, char** arguments) {
    if (count < 5) {
        fmt::print(stderr, "usage: makegood_mutants MUTANT SEED WORLDS memory|sqlite [shrink]\n");
        return 2;
    }
    active = arguments[1];
    campaign plan;
    plan.seed = number(arguments[2]);
    plan.checkouts = number(arguments[3]) * 400;
    plan.faults = *fault_rates::parse("heavy");
    if (std::string_view(arguments[4]) == "sqlite") plan.store = store_kind::sqlite;
    for (std::size_t index = 0; index < plan.worlds(); ++index) {
        fmt::print("world {}\n", index);
        static_cast<void>(std::fflush(stdout));
        const world_outcome outcome = run_world(plan.world(index));
        if (!outcome.broken) continue;
        if (count > 5) tell_shrunk(plan.world(index), *outcome.broken);
        fmt::print("{}: {}\n", promise_name(outcome.broken->broken), outcome.broken->detail);
        return 6;
    }
    return 0;
}
