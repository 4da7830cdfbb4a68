#include "adapters/api/saga_response.hpp"

#include <boost/beast/core/string.hpp>
#include <string_view>
#include <utility>

#include "adapters/api/problem_codes.hpp"

namespace makegood {

namespace {

bool is_json(std::string_view content_type) {
    const std::string_view media = content_type.substr(0, content_type.find_first_of("; \t"));
    const auto same = [](std::string_view left, std::string_view right) {
        return boost::beast::iequals({left.data(), left.size()}, {right.data(), right.size()});
    };
    constexpr std::string_view suffix = "+json";
    const bool suffixed =
        media.size() > suffix.size() && same(media.substr(media.size() - suffix.size()), suffix);
    return same(media, "application/json") || suffixed;
}

}  // namespace

std::optional<problem> problem_of(const saga_answer& answer) {
    if (answer.door != turned_away::no) return problem_of(answer.door, answer.retry_after);
    if (answer.why != refusal::none) return problem_of(answer.why, answer.detail);
    return std::nullopt;
}

http::response saga_response(saga_answer answer, unsigned status) {
    if (const auto refused = problem_of(answer)) return problem_response(*refused);
    return {
        .status = status,
        .content_type = "application/json",
        .fields = {},
        .body = std::move(answer.body)};
}

void add_preference_applied(
    http::response& to, const preferences& wished, bool answered_before_end
) {
    std::string applied = wished.applied(answered_before_end);
    if (!applied.empty()) to.fields.add("Preference-Applied", std::move(applied));
}

std::optional<problem> refuse_other_media(const http::request& message) {
    if (message.body.empty() || is_json(message.fields.find("Content-Type"))) return std::nullopt;
    return problem{
        415, problem_codes::unsupported_media_type,
        "send the body as JSON, with Content-Type: application/json"};
}

}  // namespace makegood
