#pragma once

#include <memory>

#include "engine/definition.hpp"

namespace makegood::fulfilment {

inline constexpr std::string_view saga_name = "fulfilment";
inline constexpr std::string_view saga_prefix = "ful";

// Version 1 of the fulfilment: what happens after the pivot. It only goes forward.
[[nodiscard]] std::unique_ptr<definition> make_definition();

// The fulfilment of a completed checkout, with all that it needs to know of it.
[[nodiscard]] child_start start_after(const saga_record& checkout);

}  // namespace makegood::fulfilment
