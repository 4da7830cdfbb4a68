#pragma once

#include <optional>

#include "adapters/api/prefer_field.hpp"
#include "adapters/api/problem.hpp"
#include "adapters/http/message.hpp"
#include "adapters/lane/saga_answer.hpp"

namespace makegood {

// The problem that an answer is; nothing when nothing was refused.
[[nodiscard]] std::optional<problem> problem_of(const saga_answer& answer);

// The answer with the checkout in it and the status given, or the problem.
[[nodiscard]] http::response saga_response(saga_answer answer, unsigned status);

// Says which preferences were followed.
void add_preference_applied(
    http::response& to, const preferences& wished, bool answered_before_end
);

// The problem with a request that has a body which does not call itself JSON.
[[nodiscard]] std::optional<problem> refuse_other_media(const http::request& message);

}  // namespace makegood
