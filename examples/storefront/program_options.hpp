#pragma once

#include <array>
#include <cstdint>
#include <filesystem>
#include <string>

#include "examples/storefront/backend.hpp"
#include "examples/storefront/database.hpp"
#include "examples/storefront/event_feed.hpp"

namespace storefront {

// The services, in the order in which they are started and listed.
inline constexpr std::array<const char*, 8> service_names{
    "cart", "catalog", "inventory", "payments", "orders", "fulfillment", "notifications", "views"};

// What the command line says.
struct program_options {
    std::filesystem::path data;
    std::string listen = "127.0.0.1";
    std::array<std::uint16_t, service_names.size()> ports{};  // 0: any free one
    std::filesystem::path ports_file;                         // empty: none is written
    durability commits = durability::full;
    assortment goods;
    payment_delays delays;
    event_source events;
};

// Nothing when the program is done already (help, usage error): then `exit_code` says with what.
std::optional<program_options> read_options(int count, char** words, int& exit_code);

}  // namespace storefront
