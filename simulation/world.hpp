#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "simulation/faults.hpp"
#include "simulation/promise.hpp"
#include "simulation/trace.hpp"

namespace makegood::simulation {

enum class store_kind : std::uint8_t {
    memory,  // what the engine sees of a store, quickly
    sqlite,  // the daemon's own store on a simulated file system that loses unsynced writes
};

struct world_options {
    std::uint64_t seed = 0;
    std::size_t checkouts = 400;
    fault_rates faults;
    store_kind store = store_kind::memory;
    std::uint64_t storm_steps_max = UINT64_MAX;  // then the weather clears up
    bool keeps_lines = false;                    // of the trace
};

struct world_outcome {
    std::optional<violation> broken;
    std::uint64_t trace_hash = 0;
    std::uint64_t steps = 0;
    std::uint64_t storm_steps = 0;
    std::uint64_t checkouts = 0;
    std::map<std::string, std::uint64_t> ends;  // "checkout completed" -> n
    std::uint64_t entries = 0;                  // of all journals
    std::uint64_t processes = 0;                // lives of the daemon
    duration simulated{};
    fault_counts faults{};
    std::vector<trace_line> lines;
};

// One world from its first checkout to its last: a storm of checkouts and faults, then fair
// weather, in which every saga must end; judged throughout and at the end. The outcome follows from
// the options alone.
[[nodiscard]] world_outcome run_world(const world_options& options);

}  // namespace makegood::simulation
