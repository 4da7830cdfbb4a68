#pragma once

#include <array>
#include <boost/json/monotonic_resource.hpp>
#include <boost/json/storage_ptr.hpp>
#include <cstddef>

namespace makegood::json {

// Memory for documents that are read and dropped again: one that is not large allocates nothing.
// Lives on the stack of the reader and outlives every document that was given it.
class scratch_memory {
public:
    scratch_memory() = default;
    scratch_memory(const scratch_memory&) = delete;
    scratch_memory& operator=(const scratch_memory&) = delete;

    [[nodiscard]] boost::json::storage_ptr storage() { return &resource_; }

private:
    std::array<unsigned char, std::size_t{4} * 1024> buffer_;
    boost::json::monotonic_resource resource_{buffer_.data(), buffer_.size()};
};

}  // namespace makegood::json
