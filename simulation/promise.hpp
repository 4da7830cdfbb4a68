#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "engine/identifiers.hpp"
#include "engine/time.hpp"

namespace makegood::simulation {

// The promises of DESIGN, each judged by a checker of its own.
enum class promise : std::uint8_t {
    write_ahead = 1,
    one_key,
    unknown_is_undone,
    compensation,
    point_of_no_return,
    every_saga_ends,
    exact_replay,
    one_writer,
    nothing_lost_or_doubled,
    operators_can_act,
};
// "P1 write-ahead"
[[nodiscard]] std::string_view promise_name(promise broken);

struct violation {
    promise broken{};
    std::optional<saga_id> saga;
    std::string detail;
    instant at{};
    std::uint64_t step = 0;  // of the agenda
};

// Where checkers say what they found. The first violation ends a run.
class verdict {
public:
    void breaks(promise broken, const std::optional<saga_id>& saga, std::string detail) {
        if (!first_) first_ = violation{broken, saga, std::move(detail), {}, 0};
    }
    [[nodiscard]] const std::optional<violation>& first() const { return first_; }

private:
    std::optional<violation> first_;
};

}  // namespace makegood::simulation
