#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

#include "simulation/world.hpp"

namespace makegood::simulation {

// Many worlds from one seed. Each is judged by itself, so they may run on several threads.
struct campaign {
    std::uint64_t seed = 0;
    std::uint64_t checkouts = 0;
    fault_rates faults;
    store_kind store = store_kind::memory;

    [[nodiscard]] std::size_t worlds() const;
    [[nodiscard]] world_options world(std::size_t index) const;
};

// What the worlds of a campaign come to. The order in which they are added makes no difference.
struct campaign_report {
    std::uint64_t worlds = 0;
    std::uint64_t checkouts = 0;
    std::uint64_t steps = 0;
    std::uint64_t entries = 0;
    std::uint64_t processes = 0;
    std::uint64_t trace_hash = 0;
    duration simulated{};
    std::map<std::string, std::uint64_t> ends;
    fault_counts faults{};

    void add(std::size_t index, const world_outcome& outcome);
};

// A world in which a promise is broken, made small: the shortest storm that still breaks it, and
// only the faults that it takes.
struct shrunk_failure {
    world_options world;
    violation broken;
    std::vector<trace_line> timeline;  // of the saga, with what concerned all
};
[[nodiscard]] shrunk_failure shrink(const world_options& failing, const violation& broken);

}  // namespace makegood::simulation
