#include <fmt/format.h>

#include <charconv>
#include <string>

#include "simulation/campaign.hpp"
#include "tests/simulation/mutants/planted.hpp"

// Usage: makegood_mutants MUTANT SEED WORLDS [FAULTS]. Runs worlds in heavy weather, or with these
// faults, with that mutant planted ("none": without), until one breaks a promise. Exit 6 and a line
// that names the world and the promise when one did, 0 when none did.
namespace {

std::string_view active;

std::uint64_t number(std::string_view text) {
    std::uint64_t value = 0;
    std::from_chars(text.data(), text.data() + text.size(), value);
    return value;
}

}  // namespace

bool makegood::planted(std::string_view mutant) {
    return mutant == active;
}

int main(int count, char** arguments) {
    using namespace makegood::simulation;
    if (count != 4 && count != 5) {
        fmt::print(stderr, "usage: makegood_mutants MUTANT SEED WORLDS [FAULTS]\n");
        return 2;
    }
    active = arguments[1];
    campaign plan;
    plan.seed = number(arguments[2]);
    plan.checkouts = number(arguments[3]) * 400;
    plan.faults = *fault_rates::parse(count == 5 ? arguments[4] : "heavy");
    for (std::size_t index = 0; index < plan.worlds(); ++index) {
        fmt::print("world {}\n", index);
        static_cast<void>(std::fflush(stdout));
        const world_outcome outcome = run_world(plan.world(index));
        if (!outcome.broken) continue;
        fmt::print("{}: {}\n", promise_name(outcome.broken->broken), outcome.broken->detail);
        return 6;
    }
    return 0;
}
