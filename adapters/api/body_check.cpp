#include "adapters/api/body_check.hpp"

#include "adapters/api/saga_response.hpp"

namespace makegood {

std::optional<problem> refuse_unfit_body(const api_context& in, const http::request& message) {
    if (message.body.empty()) return std::nullopt;
    if (auto refused = refuse_other_media(message)) return refused;
    if (const auto refused = in.refuse_body(message.body)) return problem_of(*refused);
    return std::nullopt;
}

}  // namespace makegood
