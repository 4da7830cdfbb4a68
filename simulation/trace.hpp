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

// What happened, as one hash: commits, calls with their bodies, outcomes, answers, deaths. Keeps
// the words as well when it is asked to.
class trace {
public:
    explicit trace(bool keeps_lines) : keeps_lines_(keeps_lines) {}

    void note(
        instant at,
        const std::optional<saga_id>& saga,
        std::initializer_list<std::string_view> words
    );

    // Counts for the hash, and is not told.
    void add(std::string_view word) { hash_ = stable_hash(word, hash_); }

    [[nodiscard]] std::uint64_t hash() const { return hash_; }
    [[nodiscard]] const std::vector<trace_line>& lines() const { return lines_; }

private:
    const bool keeps_lines_;
    std::uint64_t hash_ = 0;
    std::vector<trace_line> lines_;
};

}  // namespace makegood::simulation
