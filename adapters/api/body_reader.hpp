#pragma once

#include <boost/json/object.hpp>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "adapters/api/problem.hpp"

namespace makegood {

struct integer_range {
    std::int64_t smallest;
    std::int64_t largest;
};

// Reads a small JSON object member by member and gathers everything that is wrong with it, so that
// the caller is told once. Members that nobody asked for are wrong as well.
class body_reader {
public:
    // Fails with invalid-json when `body` is not a JSON object. What else bodies must be has been
    // checked before: see body_check.hpp.
    [[nodiscard]] static or_problem<body_reader> open(std::string_view body);
    // For an object inside a body, which is at that pointer.
    body_reader(boost::json::object members, std::string pointer)
        : members_(std::move(members)), pointer_(std::move(pointer)) {}

    // A text of 1 to `bytes_max` bytes. Empty when there is none: wrong if it is required.
    [[nodiscard]] std::string required_text(std::string_view name, std::size_t bytes_max);
    [[nodiscard]] std::optional<std::string> optional_text(
        std::string_view name, std::size_t bytes_max
    );
    // One of the words, by position; wrong, and nothing, when it is none of them.
    [[nodiscard]] std::optional<std::size_t> required_word(
        std::string_view name, const std::vector<std::string_view>& words
    );

    [[nodiscard]] std::optional<std::int64_t> optional_integer(
        std::string_view name, integer_range allowed
    );
    // From 0 to 1.
    [[nodiscard]] std::optional<double> optional_probability(std::string_view name);
    // Readers of a list of objects. Empty when there is none: wrong, it is required.
    [[nodiscard]] std::vector<body_reader> required_objects(
        std::string_view name, std::size_t count_max
    );
    // For what only the caller knows to be wrong.
    void wrong(std::string_view name, std::string detail);

    // After the last member of an object inside: everything found.
    [[nodiscard]] std::vector<field_problem> take_problems();
    // The same of the body: the problems found inside join its own.
    [[nodiscard]] std::optional<problem> finish_with(std::vector<field_problem> inside);
    // After the last member: the problem with everything found, if anything was.
    [[nodiscard]] std::optional<problem> finish() { return finish_with({}); }

private:
    // Notes that `name` is known; nothing when the member is not there.
    [[nodiscard]] const boost::json::value* find(std::string_view name);

    boost::json::object members_;
    std::string pointer_;  // to the object; empty for the body itself
    std::vector<std::string_view> asked_;
    std::vector<field_problem> problems_;
};

}  // namespace makegood
