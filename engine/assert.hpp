#pragma once

#include <cstdio>
#include <cstdlib>

// For what only a mistake in this program can break; on in every build. Never for input.
#define ASSERT(condition)               \
    ((condition) ? static_cast<void>(0) \
                 : ::makegood::assertion_failed(#condition, __FILE__, __LINE__))

namespace makegood {

[[noreturn]] inline void assertion_failed(const char* condition, const char* file, int line) {
    std::fprintf(stderr, "%s:%d: assertion failed: %s\n", file, line, condition);
    std::abort();
}

}  // namespace makegood
