#pragma once

#include <boost/json/storage_ptr.hpp>
#include <boost/json/value.hpp>
#include <optional>
#include <string_view>

#include "engine/definition.hpp"

namespace makegood::json {

// Reads the body of a request: strictly, and free of card numbers. The refusal's code is
// invalid-json or card-number-refused. The document is kept in `memory`.
[[nodiscard]] result_or<boost::json::value, start_refusal> read_body(
    std::string_view body, boost::json::storage_ptr memory = {}
);

// The same for a reader who has the body read by somebody else. Nothing when all is well.
[[nodiscard]] std::optional<start_refusal> refuse_body(std::string_view body);

}  // namespace makegood::json
