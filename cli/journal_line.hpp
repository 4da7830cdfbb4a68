#pragma once

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "engine/time.hpp"

namespace makegood::cli {

// One entry of a journal as the API shows it, read leniently: a member that is missing is empty.
struct journal_line {
    std::uint64_t sequence = 0;
    std::optional<instant> at;
    std::string event;
    std::string from;
    std::string to;
    std::vector<std::string> effects;  // calls that were opened
    std::string call;                  // that the event is about
    std::string attempt;
    std::string actor;
    std::string detail;
    std::string next_attempt_at;
    bool violation = false;  // the table does not list it; it changed nothing

    [[nodiscard]] bool moved() const { return from != to; }
    // Which call, who acted, what happened and when it goes on, on one line.
    [[nodiscard]] std::string remark() const;
};

[[nodiscard]] std::vector<journal_line> read_journal(const boost::json::array& entries);

}  // namespace makegood::cli
