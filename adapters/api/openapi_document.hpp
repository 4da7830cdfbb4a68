#pragma once

#include <string_view>

namespace makegood {

// adapters/http/openapi.yaml as it was when this binary was built.
[[nodiscard]] std::string_view openapi_document();

}  // namespace makegood
