#pragma once

#include <cstddef>
#include <cstdint>

#include "engine/time.hpp"

// Every limit of the engine, in one place. Those that a deployment may want to move are options
// with these defaults.
namespace makegood::limits {

// Sagas in memory in one lane. With so many there starts are refused (503), and no timer is: the
// timers of sagas in memory are always served, and those of sagas in the store wait while
// 1/woken_part of active_sagas_max are in memory because their time has come. Whatever is due at
// once (a million timers after an outage) therefore leaves the other part to starts; and starts
// that stay, because their backends are down, leave that part to timers, which then come on top:
// at most 1 + 1/woken_part of active_sagas_max are there for starts and timers together.
inline constexpr std::size_t active_sagas_max = 100'000;
inline constexpr std::size_t woken_part = 2;
inline constexpr std::size_t loading_max = 256;  // sagas being read for timers at once
inline constexpr std::size_t inbox_max = 64;     // inputs waiting for one saga; then 503
// In one commit: so few that loop and writer, which take turns, are at one for milliseconds only.
inline constexpr std::size_t batch_sagas_max = 256;
inline constexpr std::size_t lingering_max = 1024;  // ended sagas kept in memory for their readers
inline constexpr std::size_t journal_entries_max = 100'000;  // then refused requests are left out
inline constexpr std::size_t done_commands_max =
    64;  // with a key, of one saga; part of the fold: never change it
inline constexpr std::uint32_t entries_folded_max = 16;  // after a stored record, then a new one
inline constexpr std::size_t cascade_max = 16;           // steps that one event may take
inline constexpr std::size_t fan_out_max = 16;           // calls of one step
inline constexpr std::size_t detail_bytes_max = 512;     // of an error text that is kept
inline constexpr duration unreadable_pause{10'000};      // before a saga is read again
inline constexpr duration retry_after_max{
    3'600'000};  // a backend that asks for more is asked again
inline constexpr std::size_t actor_bytes_max = 128;
inline constexpr std::size_t reason_bytes_max = 512;
inline constexpr std::size_t list_items_max = 500;
inline constexpr std::size_t list_looks_max = 2'000;  // sagas of a lane looked at for one page

// Of a start request.
inline constexpr std::size_t body_bytes_max = std::size_t{64} * 1024;
inline constexpr std::size_t idempotency_key_bytes_max = 255;
inline constexpr std::size_t customer_id_bytes_max = 128;
inline constexpr std::size_t items_max = 500;
inline constexpr std::int64_t quantity_max = 1'000'000;
inline constexpr std::int64_t amount_max = 1'000'000'000'000;  // minor units
inline constexpr std::size_t shipping_address_bytes_max = std::size_t{8} * 1024;
inline constexpr std::size_t metadata_pairs_max = 20;
inline constexpr std::size_t metadata_bytes_max = 512;  // of one key or value
inline constexpr std::size_t payments_max = 8;
inline constexpr std::size_t wait_seconds_max = 60;

}  // namespace makegood::limits
