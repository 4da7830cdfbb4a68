#include "adapters/api/api.hpp"

#include <utility>

#include "adapters/api/checkout_commands.hpp"
#include "adapters/api/checkout_reads.hpp"
#include "adapters/api/checkout_start.hpp"
#include "adapters/api/event_routes.hpp"
#include "adapters/api/fault_routes.hpp"
#include "adapters/api/problem_codes.hpp"
#include "adapters/api/process_routes.hpp"
#include "adapters/telemetry/trace_context.hpp"
#include "engine/assert.hpp"

namespace makegood {

namespace {

// The routes' own patterns, and one more for requests that went nowhere.
std::vector<std::string> counted_patterns() {
    std::vector<std::string> patterns;
    patterns.reserve(std::size(routes) + 1);
    for (const route& each : routes) {
        patterns.push_back(std::string(each.method) + " " + std::string(each.pattern));
    }
    patterns.emplace_back("none");
    return patterns;
}

}  // namespace

api::api(const api_context& context, metrics& counted, event_bell& bell)
    : context_(context),
      bell_(bell),
      overloaded_(
          problem_response(problem_of(refusal::overloaded, std::string(lane::overload_detail)))
      ),
      counted_(counted, counted_patterns()) {}

awaited_response api::answer(const http::request& message) {
    const route_match to = match_route(message.method, message.path());
    if (to.index == route_match::none) return finish(to.index, refuse(to), {});
    const bool traced = routes[to.index].pattern.starts_with("/v1/checkouts");
    std::string trace = traced ? trace_of(message) : std::string();
    awaited_response answering = dispatch(to, {message, to.segments, trace});
    return finish(to.index, std::move(answering), std::move(trace));
}

const http::response* api::turn_away(const http::request& head) {
    if (!context_.lanes.overloaded()) return nullptr;
    const route_match to = match_route(head.method, head.path());
    if (to.index == route_match::none) return nullptr;
    if (routes[to.index].name != route_name::start_checkout) return nullptr;
    counted_.answered(to.index, overloaded_.status);
    return &overloaded_;
}

awaited_response api::dispatch(const route_match& to, routed_request asked) {
    switch (routes[to.index].name) {
        case route_name::start_checkout: return start_checkout(context_, std::move(asked));
        case route_name::show_checkout: return show_checkout(context_, std::move(asked));
        case route_name::list_checkouts: return list_checkouts(context_, std::move(asked));
        case route_name::show_journal: return show_journal(context_, std::move(asked));
        case route_name::cancel_checkout: return cancel_checkout(context_, std::move(asked));
        case route_name::signal_payment: return signal_payment(context_, std::move(asked));
        case route_name::signal_shipment: return signal_shipment(context_, std::move(asked));
        case route_name::retry_checkout:
            return act_on_checkout(context_, std::move(asked), operator_verb::retry);
        case route_name::park_checkout:
            return act_on_checkout(context_, std::move(asked), operator_verb::park);
        case route_name::resume_checkout:
            return act_on_checkout(context_, std::move(asked), operator_verb::resume);
        case route_name::compensate_checkout:
            return act_on_checkout(context_, std::move(asked), operator_verb::compensate);
        case route_name::resolve_call: return resolve_call(context_, std::move(asked));
        case route_name::show_events: return show_events(context_, bell_, asked);
        case route_name::list_definitions: return answered(list_definitions(context_));
        case route_name::show_definition: return answered(show_definition(context_, asked));
        case route_name::show_statistics: return show_statistics(context_, std::move(asked));
        case route_name::show_metrics: return answered(show_metrics(context_));
        case route_name::show_health: return answered(show_health(context_));
        case route_name::show_readiness: return answered(show_readiness(context_));
        case route_name::show_openapi: return answered(show_openapi());
        case route_name::show_faults: return answered(show_faults(context_));
        case route_name::replace_faults: return answered(replace_faults(context_, asked));
        case route_name::clear_faults: return answered(clear_faults(context_));
    }
    ASSERT(false);
}

// Every answer about a checkout says which trace it belongs to.
awaited_response api::finish(std::size_t route, awaited_response answering, std::string trace) {
    http::response response = co_await std::move(answering);
    if (!trace.empty()) response.fields.add("traceparent", trace);
    counted_.answered(route, response.status);
    co_return response;
}

awaited_response api::refuse(const route_match& nowhere) {
    if (nowhere.allow.empty()) {
        return answered(problem{
            404, problem_codes::route_not_found,
            "there is nothing at this path; GET /openapi.yaml lists what there is"});
    }
    http::response response = problem_response(
        {405, problem_codes::method_not_allowed, "this path takes " + nowhere.allow}
    );
    response.fields.add("Allow", nowhere.allow);
    return answered(std::move(response));
}

// A traceparent that is not valid is replaced, as the specification wants.
std::string api::trace_of(const http::request& message) {
    const std::string_view sent = message.fields.find("traceparent");
    const bool once = message.fields.count("traceparent") == 1;
    if (once && is_traceparent(sent)) return std::string(sent);
    return fresh_traceparent(entropy_.take<24>());
}

}  // namespace makegood
