#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace makegood::conformance {

// The backends of the contract, in the order in which they are judged.
enum class backend_kind : std::uint8_t {
    inventory,
    payment,
    order,
    fulfillment,
    cart,
    catalog,
    notification,
};

inline constexpr std::array<std::string_view, 7> backend_names{
    "inventory", "payment", "order", "fulfillment", "cart", "catalog", "notification"};
inline constexpr std::size_t backends_count = backend_names.size();

constexpr std::string_view name_of(backend_kind backend) {
    return backend_names[static_cast<std::size_t>(backend)];
}

}  // namespace makegood::conformance
