#include <cstddef>
#include <cstdint>

#include "targets.hpp"

// libFuzzer brings main() and calls this; FUZZ_TARGET is defined by the build, one program a
// target.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
    makegood::fuzz::FUZZ_TARGET({reinterpret_cast<const char*>(bytes), size});
    return 0;
}
