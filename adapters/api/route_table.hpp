#pragma once

#include <array>
#include <cstddef>
#include <string>
#include <string_view>

namespace makegood {

enum class route_name {
    start_checkout,
    show_checkout,
    list_checkouts,
    show_journal,
    cancel_checkout,
    signal_payment,
    signal_shipment,
    retry_checkout,
    park_checkout,
    resume_checkout,
    compensate_checkout,
    resolve_call,
    show_events,
    list_definitions,
    show_definition,
    show_statistics,
    show_metrics,
    show_health,
    show_readiness,
    show_openapi,
    show_faults,
    replace_faults,
    clear_faults,
};

struct route {
    route_name name;
    std::string_view method;
    std::string_view pattern;   // `{…}` takes one segment
    std::string_view statuses;  // of its own answers; the transport has a few for every path
};

// Every request that is known; what is asked most comes first.
inline constexpr std::string_view of_command = "202 400 404 409 415 503";
inline constexpr std::array routes = {
    route{route_name::start_checkout, "POST", "/v1/checkouts", "200 202 400 415 422 429 503"},
    route{route_name::show_checkout, "GET", "/v1/checkouts/{id}", "200 404 503"},
    route{route_name::list_checkouts, "GET", "/v1/checkouts", "200 400 500 503"},
    route{route_name::show_journal, "GET", "/v1/checkouts/{id}/journal", "200 404 500 503"},
    route{route_name::cancel_checkout, "POST", "/v1/checkouts/{id}/cancel", of_command},
    route{route_name::signal_payment, "POST", "/v1/checkouts/{id}/signals/payment", of_command},
    route{route_name::signal_shipment, "POST", "/v1/checkouts/{id}/signals/shipment", of_command},
    route{route_name::retry_checkout, "POST", "/v1/checkouts/{id}/retry", of_command},
    route{route_name::park_checkout, "POST", "/v1/checkouts/{id}/park", of_command},
    route{route_name::resume_checkout, "POST", "/v1/checkouts/{id}/resume", of_command},
    route{route_name::compensate_checkout, "POST", "/v1/checkouts/{id}/compensate", of_command},
    route{route_name::resolve_call, "POST", "/v1/checkouts/{id}/resolve", of_command},
    route{route_name::show_events, "GET", "/v1/events", "200 400 404 410 500 503"},
    route{route_name::list_definitions, "GET", "/v1/definitions", "200"},
    route{route_name::show_definition, "GET", "/v1/definitions/{saga}/{version}", "200 404"},
    route{route_name::show_statistics, "GET", "/v1/statistics", "200 500 503"},
    route{route_name::show_metrics, "GET", "/metrics", "200"},
    route{route_name::show_health, "GET", "/healthz", "200"},
    route{route_name::show_readiness, "GET", "/readyz", "200 503"},
    route{route_name::show_openapi, "GET", "/openapi.yaml", "200"},
    route{route_name::show_faults, "GET", "/v1/faults", "200 404"},
    route{route_name::replace_faults, "PUT", "/v1/faults", "200 400 404 415"},
    route{route_name::clear_faults, "DELETE", "/v1/faults", "200 404"},
};

// Where a request goes. The texts refer to the path that was matched.
struct route_match {
    static constexpr std::size_t none = routes.size();

    std::size_t index = none;                    // in `routes`
    std::array<std::string_view, 2> segments{};  // what the braces took, in order
    std::string allow;  // without an index: the methods that the path knows; empty: no such path
};

[[nodiscard]] route_match match_route(std::string_view method, std::string_view path);

}  // namespace makegood
