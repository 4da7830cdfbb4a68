#pragma once

#include <filesystem>
#include <functional>
#include <string>

#include "engine/definition.hpp"
#include "statestore/verify.hpp"

namespace makegood::statestore {

// Checks one store for verify(): adds what it counts and finds to `report`. Reads in chunks, each
// of one moment, so that a live store's log can begin again in between. Throws store_failure when
// the store cannot be opened; damage that is met while reading is a difference.
void check_store(
    const std::filesystem::path& file,
    const definition_registry& registry,
    const verify_options& options,
    verify_report& report
);

}  // namespace makegood::statestore
