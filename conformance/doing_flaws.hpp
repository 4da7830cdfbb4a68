#pragma once

#include <string>

#include "conformance/exchange.hpp"

namespace makegood::conformance {

// What is wrong with a success, as an end of "expected …"; empty when it is as the contract wants.
[[nodiscard]] std::string flaw_of_reserved(const exchange& done);
[[nodiscard]] std::string flaw_of_authorized(const exchange& done);
[[nodiscard]] std::string flaw_of_order(const exchange& done);
[[nodiscard]] std::string flaw_of_quote(const exchange& done);
// For calls that say all in their status: the body is empty or a JSON object.
[[nodiscard]] std::string flaw_of_plain(const exchange& done);

}  // namespace makegood::conformance
