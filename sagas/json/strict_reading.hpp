#pragma once

#include <boost/json/storage_ptr.hpp>
#include <boost/json/value.hpp>
#include <cstddef>
#include <string>
#include <string_view>

#include "engine/result.hpp"

namespace makegood::json {

inline constexpr std::size_t depth_max = 32;  // arrays and objects inside each other

// Why a text is not JSON that we accept. `pointer` (RFC 6901) is empty when the text is no JSON at
// all.
struct reading_problem {
    std::string pointer;
    std::string detail;
};

// Reads a document whose meaning must not be in doubt: a member that is given twice is a problem,
// because two readers could take different ones; so is nesting beyond depth_max. The document is
// kept in `memory`.
[[nodiscard]] result_or<boost::json::value, reading_problem> read_strictly(
    std::string_view text, boost::json::storage_ptr memory = {}
);

// Appends one reference token to an RFC 6901 pointer, escaping '~' and '/'.
void append_token(std::string& pointer, std::string_view token);

}  // namespace makegood::json
