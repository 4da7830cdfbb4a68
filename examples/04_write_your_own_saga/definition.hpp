#pragma once

#include <memory>

#include "engine/definition.hpp"

namespace delivery_slot {

// Books a delivery slot and charges its fee; frees the slot when that cannot be. To run it in the
// server, add it in sagas/registry.cpp.
[[nodiscard]] std::unique_ptr<makegood::definition> make_definition();

}  // namespace delivery_slot
