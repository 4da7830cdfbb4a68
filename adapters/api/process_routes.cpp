#include "adapters/api/process_routes.hpp"

#include <charconv>
#include <utility>

#include "adapters/api/definition_json.hpp"
#include "adapters/api/openapi_document.hpp"
#include "adapters/api/problem_codes.hpp"
#include "engine/assert.hpp"

namespace makegood {

namespace {

http::response text_response(std::string content_type, std::string body) {
    return {
        .status = 200,
        .content_type = std::move(content_type),
        .fields = {},
        .body = std::move(body)};
}

// Whoever looks at a server that can be made to fail on purpose is told so.
http::response status_response(const api_context& in, std::string status) {
    const std::string_view more = in.faults == nullptr ? "" : R"(,"fault_injection":true)";
    return json_response(200, R"({"status":")" + status.append("\"").append(more) + "}");
}

problem why_not(readiness now) {
    switch (now) {
        case readiness::ready: break;
        case readiness::starting: return problem_of(turned_away::starting, {});
        case readiness::draining: return problem_of(turned_away::draining, {});
        case readiness::store_unavailable:
            return problem_of(refusal::store_unavailable, "the last commit failed; see the log");
    }
    ASSERT(false);
}

}  // namespace

http::response list_definitions(const api_context& in) {
    return json_response(200, definitions_json(in.registry));
}

http::response show_definition(const api_context& in, const routed_request& asked) {
    const std::string_view text = asked.segments[1];
    std::uint16_t version = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), version);
    const bool whole = error == std::errc{} && end == text.data() + text.size();
    const definition* const found = whole ? in.registry.find(asked.segments[0], version) : nullptr;
    if (found != nullptr) return json_response(200, definition_json(*found));
    return problem_response(
        {404, problem_codes::not_found,
         "there is no definition of this name and version; GET /v1/definitions lists them"}
    );
}

http::response show_metrics(const api_context& in) {
    return text_response("text/plain; version=0.0.4; charset=utf-8", in.counted.text());
}

http::response show_health(const api_context& in) {
    return status_response(in, "alive");
}

http::response show_readiness(const api_context& in) {
    const readiness now = in.lanes.ready();
    if (now != readiness::ready) return problem_response(why_not(now));
    return status_response(in, "ready");
}

http::response show_openapi() {
    return text_response("application/yaml", std::string(openapi_document()));
}

}  // namespace makegood
