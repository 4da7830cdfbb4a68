#pragma once

#include <memory>

#include "engine/definition.hpp"
#include "sagas/checkout/settings.hpp"

namespace makegood::checkout {

inline constexpr std::string_view saga_name = "checkout";
inline constexpr std::string_view saga_prefix = "chk";

// Version 1 of the checkout: the table of machine.cpp, and what its calls and their answers look
// like.
[[nodiscard]] std::unique_ptr<definition> make_definition(const checkout_settings& settings);

}  // namespace makegood::checkout
