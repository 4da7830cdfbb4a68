#pragma once

#include <array>
#include <string_view>

// The stable word of every problem that the HTTP API answers with. Each has a page behind
// `makegood explain CODE`, and a line in openapi.yaml. Append, never rename.
namespace makegood::problem_codes {

// Of a request that cannot be understood or is not allowed.
inline constexpr std::string_view idempotency_key_missing = "idempotency-key-missing";
inline constexpr std::string_view idempotency_key_invalid = "idempotency-key-invalid";
inline constexpr std::string_view idempotency_key_reused = "idempotency-key-reused";
inline constexpr std::string_view invalid_json = "invalid-json";
inline constexpr std::string_view invalid_field = "invalid-field";
inline constexpr std::string_view card_number_refused = "card-number-refused";
inline constexpr std::string_view unsupported_media_type = "unsupported-media-type";
inline constexpr std::string_view method_not_allowed = "method-not-allowed";
inline constexpr std::string_view not_found = "not-found";  // no such checkout or definition
inline constexpr std::string_view route_not_found = "route-not-found";  // no such path
inline constexpr std::string_view rate_limited = "rate-limited";
inline constexpr std::string_view fault_injection_off = "fault-injection-off";

// Of events.
inline constexpr std::string_view events_not_kept = "events-not-kept";
inline constexpr std::string_view events_gone = "events-gone";  // what was asked for is dropped

// Of a checkout that is not in the state for it.
inline constexpr std::string_view past_pivot = "past-pivot";
inline constexpr std::string_view already_ended = "already-ended";
inline constexpr std::string_view signal_not_expected = "signal-not-expected";
inline constexpr std::string_view report_not_expected = "report-not-expected";
inline constexpr std::string_view call_not_open = "call-not-open";
inline constexpr std::string_view not_resolvable = "not-resolvable";
inline constexpr std::string_view nothing_to_retry = "nothing-to-retry";
inline constexpr std::string_view not_parked = "not-parked";

// Of a server that cannot now; nothing was accepted.
inline constexpr std::string_view overloaded = "overloaded";
inline constexpr std::string_view store_unavailable = "store-unavailable";
inline constexpr std::string_view starting = "starting";
inline constexpr std::string_view draining = "draining";

// Of a store whose content this program cannot use.
inline constexpr std::string_view store_corrupt = "store-corrupt";
inline constexpr std::string_view store_too_new = "store-too-new";

// Answered by the transport, before a route is asked.
inline constexpr std::string_view malformed_request = "malformed-request";
inline constexpr std::string_view request_timeout = "request-timeout";
inline constexpr std::string_view body_too_large = "body-too-large";
inline constexpr std::string_view header_too_large = "header-too-large";
inline constexpr std::string_view internal_error = "internal-error";
inline constexpr std::string_view not_implemented = "not-implemented";

inline constexpr std::array all = {
    idempotency_key_missing,
    idempotency_key_invalid,
    idempotency_key_reused,
    invalid_json,
    invalid_field,
    card_number_refused,
    unsupported_media_type,
    method_not_allowed,
    not_found,
    route_not_found,
    rate_limited,
    fault_injection_off,
    events_not_kept,
    events_gone,
    past_pivot,
    already_ended,
    signal_not_expected,
    report_not_expected,
    call_not_open,
    not_resolvable,
    nothing_to_retry,
    not_parked,
    overloaded,
    store_unavailable,
    starting,
    draining,
    store_corrupt,
    store_too_new,
    malformed_request,
    request_timeout,
    body_too_large,
    header_too_large,
    internal_error,
    not_implemented,
};

// Of a message that is no command; the HTTP API never answers with these.
inline constexpr std::string_view not_an_event = "not-an-event";
inline constexpr std::string_view unknown_command = "unknown-command";

inline constexpr std::array of_messages = {not_an_event, unknown_command};

}  // namespace makegood::problem_codes
