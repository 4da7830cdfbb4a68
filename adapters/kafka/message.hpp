#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace makegood::kafka {

// Where a message stands in what its sender sends, or in what its reader reads; higher is later.
// The sender chooses it, with gaps if it likes.
using message_position = std::uint64_t;

struct message_header {
    std::string name;
    std::string value;  // bytes
    bool operator==(const message_header&) const = default;
};

// What Kafka keeps: bytes. Messages of equal keys in one topic stay in order.
struct message {
    std::string topic;
    std::string key;
    std::string value;
    std::vector<message_header> headers;

    [[nodiscard]] std::size_t bytes() const;
    [[nodiscard]] const std::string* header(const std::string& name) const;
    bool operator==(const message&) const = default;
};

}  // namespace makegood::kafka
