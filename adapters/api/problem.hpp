#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "adapters/http/message.hpp"
#include "adapters/lane/saga_answer.hpp"
#include "engine/definition.hpp"
#include "engine/ports/journal.hpp"

namespace makegood {

// Why a request was not done, as application/problem+json (RFC 9457) tells it.
struct problem {
    unsigned status = 500;
    std::string_view code;  // of problem_codes.hpp
    std::string detail;     // a sentence that tells the caller what to do
    std::vector<field_problem> errors = {};
    std::optional<duration> retry_after = {};
};

template <class Value>
using or_problem = result_or<Value, problem>;

// Refusals of the engine, of the lane's door and of the store; none of them "nothing was refused".
[[nodiscard]] problem problem_of(refusal why, const std::string& detail);
[[nodiscard]] problem problem_of(turned_away door, duration retry_after);
[[nodiscard]] problem problem_of(const store_error& error);
[[nodiscard]] problem problem_of(const start_refusal& refused);

// A single wrong member of a body or parameter of a query.
[[nodiscard]] problem invalid_field(std::string pointer, std::string detail);
[[nodiscard]] problem too_many_reads();

[[nodiscard]] http::response problem_response(const problem& what);

}  // namespace makegood
