#pragma once

#include <boost/json/object.hpp>
#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/definition.hpp"

namespace makegood::json {

// Collects what is wrong with a request, each with its place.
class problem_list {
public:
    void add(std::string pointer, std::string detail) {
        problems_.push_back({std::move(pointer), std::move(detail)});
    }
    [[nodiscard]] bool empty() const { return problems_.empty(); }
    [[nodiscard]] std::vector<field_problem> take() { return std::move(problems_); }

private:
    std::vector<field_problem> problems_;
};

// One JSON object of the request, and where it stands. Its readers return a value that is
// well-formed and inside its limits, or nothing after having noted the problem.
class field_reader {
public:
    // Both must outlive the reader.
    field_reader(const boost::json::object& object, std::string pointer, problem_list& problems)
        : object_(object), pointer_(std::move(pointer)), problems_(problems) {}

    // Notes every member that is not one of `names`.
    void refuse_others(std::initializer_list<std::string_view> names);

    struct whole_number_range {
        std::int64_t min = 0;
        std::int64_t max = 0;
    };
    // 1 to `bytes_max` bytes without control characters.
    // It refers to the request.
    std::optional<std::string_view> text(std::string_view name, std::size_t bytes_max);
    std::optional<std::int64_t> whole_number(std::string_view name, whole_number_range range);

    [[nodiscard]] bool has(std::string_view name) const { return object_.contains(name); }
    [[nodiscard]] const boost::json::value* find(std::string_view name) const {
        return object_.if_contains(name);
    }
    [[nodiscard]] std::string pointer_to(std::string_view name) const;
    void refuse(std::string_view name, std::string detail);

private:
    const boost::json::object& object_;
    const std::string pointer_;
    problem_list& problems_;
};

}  // namespace makegood::json
