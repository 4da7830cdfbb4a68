#pragma once

#include "adapters/api/api_context.hpp"
#include "adapters/api/event_bell.hpp"
#include "adapters/clock/entropy.hpp"
#include "adapters/telemetry/route_metrics.hpp"

namespace makegood {

// The HTTP API of CONTRACTS.md section 1, as one lane's server uses it: finds the route, lets it
// answer, counts. One per lane, on its thread; a request about a saga of another lane is handed
// over to that one. Outlives every request.
class api {
public:
    // `bell` wakes the streams of events that are opened here; it outlives this object.
    api(const api_context& context, metrics& counted, event_bell& bell);

    // `message` must stay as it is until the answer has come.
    [[nodiscard]] awaited_response answer(const http::request& message);

    // The refusal of a start while every lane is overloaded, told by the head of the request alone;
    // nullptr for everything else. The answer lives as long as this object.
    [[nodiscard]] const http::response* turn_away(const http::request& head);

private:
    [[nodiscard]] awaited_response dispatch(const route_match& to, routed_request asked);
    [[nodiscard]] awaited_response finish(
        std::size_t route, awaited_response answering, std::string trace
    );
    [[nodiscard]] awaited_response refuse(const route_match& nowhere);
    [[nodiscard]] std::string trace_of(const http::request& message);

    const api_context context_;
    event_bell& bell_;
    const http::response overloaded_;
    route_metrics counted_;
    entropy entropy_;
};

}  // namespace makegood
