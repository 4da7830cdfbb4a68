#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "cli/configuration_keys.hpp"

// The kinds of keys that a configuration has: each function adds one key that reads, checks, writes
// and shows one member. `member` gives that member of any configuration.
namespace makegood::cli {

template <class Member>
using member_of = std::function<Member&(configuration&)>;

struct duration_range {
    duration shortest;
    duration longest;
};
struct integer_range {
    std::int64_t smallest;
    std::int64_t largest;
};
struct text_rule {
    std::string expects;
    std::function<bool(std::string_view)> allows;
};
[[nodiscard]] text_rule one_of(std::vector<std::string> words);

void add_duration(
    std::vector<configuration_key>& all,
    std::string name,
    duration_range range,
    const member_of<duration>& member
);
// For std::uint32_t and std::size_t.
template <class Integer>
void add_integer(
    std::vector<configuration_key>& all,
    std::string name,
    integer_range range,
    const member_of<Integer>& member
);
// From 0 to a million.
void add_number(
    std::vector<configuration_key>& all, std::string name, const member_of<double>& member
);
void add_boolean(
    std::vector<configuration_key>& all, std::string name, const member_of<bool>& member
);
// An empty text counts as not set.
void add_text(
    std::vector<configuration_key>& all,
    std::string name,
    text_rule rule,
    const member_of<std::string>& member
);

}  // namespace makegood::cli
