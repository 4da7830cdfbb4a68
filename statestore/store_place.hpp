#pragma once

#include <cstddef>
#include <string>

namespace makegood::statestore {

// Where a store belongs. It stands in the store too, so that a file which got into another folder
// or another place is not taken for the one that was there.
struct store_place {
    std::string folder;        // the id in makegood.json; empty when an earlier version wrote that
    std::size_t position = 0;  // in its list of stores
    bool operator==(const store_place&) const = default;
};

}  // namespace makegood::statestore
