#pragma once

#include <chrono>

#include "engine/time.hpp"

namespace makegood {

// A moment on the clock that never goes backward: for what must take so long and no longer.
using steady_instant = std::chrono::steady_clock::time_point;

// The wall clock, which is what journals and people see; made not to go back: see onward_time.
[[nodiscard]] instant now();

[[nodiscard]] steady_instant steady_now();

// When `at` will be on the steady clock, as far as one can tell now; at once when it has passed,
// and a day ahead at most, so that `never` can be waited for too.
[[nodiscard]] steady_instant steady_moment_of(instant at);

// The other way round: what the wall clock will say at `at`, as far as one can tell now.
[[nodiscard]] instant wall_moment_of(steady_instant at);

}  // namespace makegood
