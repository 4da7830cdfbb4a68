#pragma once

#include <optional>

#include "adapters/api/api_context.hpp"

namespace makegood {

// What every body must be before its route reads it: called JSON, and, when there is one, what
// service_options::refuse_body lets through.
[[nodiscard]] std::optional<problem> refuse_unfit_body(
    const api_context& in, const http::request& message
);

}  // namespace makegood
