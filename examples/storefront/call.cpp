#include "examples/storefront/call.hpp"

namespace storefront {

std::string_view call::parameter(std::string_view name) const {
    for (const auto& [key_of_pair, value] : parameters) {
        if (key_of_pair == name) return value;
    }
    return {};
}

refusal::refusal(unsigned status, std::string code, std::string detail, boost::json::object more)
    : status_(status), code_(std::move(code)), detail_(std::move(detail)), more_(std::move(more)) {}

answer refusal::as_answer() const {
    boost::json::object body{{"code", code_}, {"detail", detail_}};
    for (const auto& member : more_) {
        body.insert_or_assign(member.key(), member.value());
    }
    return {.status = status_, .body = std::move(body)};
}

}  // namespace storefront
