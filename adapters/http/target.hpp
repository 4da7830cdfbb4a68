#pragma once

#include <optional>
#include <string_view>

namespace makegood::http {

// The path and query of a request target: what `/a?b`, `http://host/a?b` (as a proxy sends it) and
// `*` stand for; nothing when it is neither.
std::optional<std::string_view> origin_form(std::string_view target);

}  // namespace makegood::http
