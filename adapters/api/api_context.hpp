#pragma once

#include <boost/asio/awaitable.hpp>
#include <functional>
#include <optional>
#include <string_view>

#include "adapters/api/problem.hpp"
#include "adapters/api/route_table.hpp"
#include "adapters/fault_injection/fault_rules.hpp"
#include "adapters/http/message.hpp"
#include "adapters/lane/lane_set.hpp"
#include "adapters/telemetry/metrics.hpp"
#include "engine/definition.hpp"

namespace makegood {

// Why a body must not even be read; nothing when it may.
using body_refusal = std::function<std::optional<start_refusal>(std::string_view body)>;

// What every route may use. Owned by the service; outlives every request.
struct api_context {
    const lane_set& lanes;
    const definition_registry& registry;
    const metrics& counted;
    const body_refusal& refuse_body;
    fault_rules* faults = nullptr;  // nothing unless fault injection is allowed
    bool keeps_events = false;
    std::string_view folder_id = {};  // of the lanes' stores; positions of events carry it
    bool publishes_events = false;
};

using awaited_response = boost::asio::awaitable<http::response>;

// A request on its way to its route. The texts are valid until the route has been called, not
// longer: what a coroutine needs of them it takes with it.
struct routed_request {
    const http::request& message;
    std::array<std::string_view, 2> segments;  // what the pattern's braces took
    std::string traceparent;                   // valid; a fresh one when none was sent
};

// An answer that needs nobody.
[[nodiscard]] inline awaited_response answered(http::response ready) {
    co_return ready;
}
[[nodiscard]] inline awaited_response answered(const problem& why) {
    return answered(problem_response(why));
}
[[nodiscard]] inline http::response json_response(unsigned status, std::string body) {
    return {
        .status = status,
        .content_type = "application/json",
        .fields = {},
        .body = std::move(body)};
}

}  // namespace makegood
