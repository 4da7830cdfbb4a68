#pragma once

#include <boost/json/object.hpp>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "adapters/api/problem.hpp"

namespace makegood {

// Reads a small JSON object member by member and gathers everything that is wrong with it, so that
// the caller is told once. Members that nobody asked for are wrong as well.
class body_reader {
public:
    // Fails with invalid-json when `body` is not a JSON object.
    [[nodiscard]] static or_problem<body_reader> open(std::string_view body);

    // A text of 1 to `bytes_max` bytes. Empty when there is none: wrong if it is required.
    [[nodiscard]] std::string required_text(std::string_view name, std::size_t bytes_max);
    [[nodiscard]] std::optional<std::string> optional_text(
        std::string_view name, std::size_t bytes_max
    );
    // One of the words, by position; wrong when it is none of them.
    [[nodiscard]] std::size_t required_word(
        std::string_view name, const std::vector<std::string_view>& words
    );

    // After the last member: the problem with everything found, if anything was.
    [[nodiscard]] std::optional<problem> finish();

private:
    explicit body_reader(boost::json::object members) : members_(std::move(members)) {}
    void wrong(std::string_view name, std::string detail);

    boost::json::object members_;
    std::vector<std::string_view> asked_;
    std::vector<field_problem> problems_;
};

}  // namespace makegood
