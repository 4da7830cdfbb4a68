#include "simulation/promise.hpp"

#include "engine/assert.hpp"

namespace makegood::simulation {

std::string_view promise_name(promise broken) {
    switch (broken) {
        case promise::write_ahead: return "P1 write-ahead";
        case promise::one_key: return "P2 one key per effect";
        case promise::unknown_is_undone: return "P3 unknown is its own answer";
        case promise::compensation: return "P4 compensation neither gives up nor runs wild";
        case promise::point_of_no_return: return "P5 point of no return";
        case promise::every_saga_ends: return "P6 every saga ends";
        case promise::exact_replay: return "P7 replay is exact";
        case promise::one_writer: return "P8 one writer";
        case promise::nothing_lost_or_doubled: return "P9 nothing lost, nothing twice";
        case promise::operators_can_act: return "P10 operators can always act";
    }
    ASSERT(false);
}

}  // namespace makegood::simulation
