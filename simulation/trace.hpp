#pragma once

#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/identifiers.hpp"
#include "engine/time.hpp"

namespace makegood::simulation {

struct trace_line {
    instant at{};
    std::optional<saga_id> saga;  // nothing: it concerns all
    std::string text;
};

// Everything that happened, as one hash: two runs are the same exactly when their hashes are. Keeps
// the words as well when it is asked to.
class trace {
public:
    explicit trace(bool keeps_lines) : keeps_lines_(keeps_lines) {}

    void note(
        instant at,
        const std::optional<saga_id>& saga,
        std::initializer_list<std::string_view> words
    );

    [[nodiscard]] std::uint64_t hash() const { return hash_; }
    [[nodiscard]] const std::vector<trace_line>& lines() const { return lines_; }

private:
    const bool keeps_lines_;
    std::uint64_t hash_ = 0;
    std::vector<trace_line> lines_;
};

}  // namespace makegood::simulation
