#pragma once

#include <chrono>
#include <string>

namespace storefront {

// A point in time as the wall clock shows it. Kept as RFC 3339 text in the stores and in JSON,
// which sorts in the order of time because the width never varies.
using instant = std::chrono::sys_time<std::chrono::milliseconds>;

// The only place of the storefront that looks at the clock; everything else is handed an instant.
instant wall_clock_now();

// `2030-01-31T08:15:00.250Z`.
std::string rfc3339(instant when);

}  // namespace storefront
