#pragma once

#include <span>
#include <string>
#include <string_view>

#include "conformance/exchange.hpp"
#include "conformance/options.hpp"

namespace makegood::conformance {

// What `authorize_payment` may come to beside the money being held.
enum class wanted_outcome : std::uint8_t { done, customer_asked };

// Something that the engine demands of the success of a call before it believes it. The engine has
// it in sagas/checkout/answers.cpp, which this folder must not include; a test keeps the two equal
// (tests/conformance/success_demands_test.cpp).
struct success_demand {
    std::string_view call;      // of the contract
    std::string_view expected;  // as an end of "expected …"
    bool (*kept)(const suite_options& options, const exchange& seen);
    wanted_outcome of = wanted_outcome::done;
};
[[nodiscard]] std::span<const success_demand> success_demands();

// What the engine cannot work with in a success, as an end of "expected …"; empty when all is well.
// Which call it was follows from its method and path.
[[nodiscard]] std::string flaw_of(
    const suite_options& options,
    const exchange& success,
    wanted_outcome wanted = wanted_outcome::done
);

}  // namespace makegood::conformance
