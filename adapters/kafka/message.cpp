#include "adapters/kafka/message.hpp"

#include <algorithm>

namespace makegood::kafka {

std::size_t message::bytes() const {
    std::size_t sum = topic.size() + key.size() + value.size();
    for (const message_header& each : headers)
        sum += each.name.size() + each.value.size();
    return sum;
}

const std::string* message::header(const std::string& name) const {
    const auto found = std::ranges::find(headers, name, &message_header::name);
    return found == headers.end() ? nullptr : &found->value;
}

}  // namespace makegood::kafka
